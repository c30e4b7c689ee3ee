"""Persons and companies, identifiers, claims and offices."""
