"""The public credit appraisal of cities and provinces."""

from credit.records.notations.ratings import rating

NOTATION = rating(__file__)
