"""Everybody's marks at once: facts in columns beside the database, and blocks of marks written back."""
