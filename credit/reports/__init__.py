"""Certified PDF reports, their signatures, and public verification."""
