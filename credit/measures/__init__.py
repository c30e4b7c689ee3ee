"""Consequences: which agency applies which published measure because of a record or a band, from when to when."""
