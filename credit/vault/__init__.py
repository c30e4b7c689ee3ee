"""The wrapped data key, and what is encrypted under it."""
