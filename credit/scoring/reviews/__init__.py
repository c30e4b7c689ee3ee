"""A human looks at a mark again: asked for, taken, answered."""
