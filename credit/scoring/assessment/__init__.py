"""What a draft would do to everybody: counted by workers, kept, shown (the counting itself: impact)."""
