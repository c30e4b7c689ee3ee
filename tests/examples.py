"""How many examples Hypothesis tries: all of them in the long run (`make test-all`), a quarter in each run."""

import os

from hypothesis import settings

LONG = bool(os.environ.get("LONG"))


def tries(count: int) -> int:
    """`count` in the long run; else a quarter of it, and at least 10, or `count` where that is less."""
    return count if LONG else min(count, max(10, count // 4))


settings.register_profile("plainmark", deadline=None, max_examples=tries(100))  # `make bench` measures speed
settings.load_profile("plainmark")
