"""Moments and business dates. Moments are aware datetimes; a business date is a day in the portal's own zone."""

import os
from datetime import date, datetime, timedelta
from functools import cache
from time import monotonic
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "Asia/Shanghai"


@cache
def zone() -> ZoneInfo:
    """The zone of all business dates: PORTAL_ZONE, by default Asia/Shanghai."""
    return zone_named(os.environ.get("PORTAL_ZONE") or DEFAULT_ZONE)


def zone_named(name: str) -> ZoneInfo:
    """A zone by its name. Raises ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f'There is no zone "{name}".') from error


class Clock:
    """Goes on from the moment that an action was given as its `now`: what is done late is dated late."""

    def __init__(self, began: datetime) -> None:
        self._began, self._started = began, monotonic()

    def now(self) -> datetime:
        """The moment."""
        return self._began + timedelta(seconds=monotonic() - self._started)


def business_date(moment: datetime) -> date:
    """The day on which a moment falls in the portal's zone. Raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("A moment must say its zone.")
    return moment.astimezone(zone()).date()
