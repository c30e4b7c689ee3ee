"""Suzhou 桂花: 0 to 200 points from a base of 100."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
