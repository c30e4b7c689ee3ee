"""Administrative penalties in the national exchange format (双公示), both generations."""

from credit.records.notations.publicity import read_penalties
from credit.records.notations.tables import load

NOTATION = load(__file__, readers={"current": read_penalties, "older": read_penalties})
