"""Commands of the scoring context."""
