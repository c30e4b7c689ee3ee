"""Disputes: a subject says "this is wrong", and two officials decide."""
