"""Moments and business dates. Moments are aware datetimes; a business date is a day in the portal's own zone."""

import os
from datetime import date, datetime
from functools import cache
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


def business_date(moment: datetime) -> date:
    """The day on which a moment falls in the portal's zone. Raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("A moment must say its zone.")
    return moment.astimezone(zone()).date()
