"""Immigration: A to D."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
