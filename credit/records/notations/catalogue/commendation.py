"""Commendations: a good deed that an agency states."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
