"""Tax: how reliably taxes were declared and paid, A to D and M."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
