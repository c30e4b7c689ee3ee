"""Faults of real processes: services that go, workers that are killed, keys that are missing."""
