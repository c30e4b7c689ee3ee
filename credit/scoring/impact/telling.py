"""What may be told of a count in public: none below 5, and all rounded to 5, so that no sum gives a small one away."""

SMALLEST = 5
ROUNDED_TO = 5


def is_small(count: int) -> bool:
    """Whether a count is of somebody, but of too few to be told."""
    return 0 < count < SMALLEST


def told(count: int) -> int | None:
    """The count to the nearest 5; None for one to four. None at all is told: 0."""
    return None if is_small(count) else (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def share(part: int, whole: int) -> float | None:
    """The told part of the told whole, from 0 to 1; None where either is not told or the whole is nobody."""
    told_part, told_whole = told(part), told(whole)
    if told_part is None or not told_whole:
        return None
    return min(1.0, told_part / told_whole)
