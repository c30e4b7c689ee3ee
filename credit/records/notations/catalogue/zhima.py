"""Zhima: a private mark that only the subject may bring in; never in the official scheme."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
