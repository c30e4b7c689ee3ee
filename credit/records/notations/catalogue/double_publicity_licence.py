"""Administrative licences in the national exchange format (双公示), both generations."""

from credit.records.notations.publicity import read_licences
from credit.records.notations.tables import load

NOTATION = load(__file__, readers={"current": read_licences, "older": read_licences})
