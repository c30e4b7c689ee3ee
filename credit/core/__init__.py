"""Rules and data without tables or a framework."""
