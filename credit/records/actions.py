"""All that can be done with deliveries and records; each is one transaction with its journal entry inside."""

from credit.records.intake import parse, receive
from credit.records.puttingright import check_mark, correct, flag_disputed, strike
from credit.records.registering import register_agency, register_notation
from credit.records.releasing import release
from credit.records.takingback import withdraw

__all__ = [
    "check_mark",
    "correct",
    "flag_disputed",
    "parse",
    "receive",
    "register_agency",
    "register_notation",
    "release",
    "strike",
    "withdraw",
]
