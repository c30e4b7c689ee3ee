"""Environment: five colours."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
