"""Rongcheng: points from a base of 1000, in six steps."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
