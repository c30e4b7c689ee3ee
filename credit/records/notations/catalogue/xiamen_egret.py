"""Xiamen 白鹭: 0 to 1000 points."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
