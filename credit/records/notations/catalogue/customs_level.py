"""Customs: five levels, from advanced certified to seriously dishonest."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
