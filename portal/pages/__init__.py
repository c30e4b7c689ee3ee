"""Pages that show several contexts at once."""
