"""Calendar months and years from a day."""

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the month's last day where it is shorter. Raises OverflowError."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except ValueError as error:
        raise OverflowError("this day is after the year 9999") from error
