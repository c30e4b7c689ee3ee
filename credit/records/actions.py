"""All that can be done with deliveries and records; each is one transaction with its journal entry inside."""

from credit.records.admitting import admit_program, end_program
from credit.records.expiry import expire
from credit.records.intake import parse, receive
from credit.records.overriding import accept_row
from credit.records.publishers import publish_ordered
from credit.records.puttingright import check_mark, correct, flag_disputed, release_withheld, repair, strike, withhold
from credit.records.registering import allow_notation, end_notation, open_agency, register_agency, register_notation
from credit.records.releasing import release
from credit.records.takers import take_back_ordered
from credit.records.takingback import withdraw

__all__ = [
    "accept_row",
    "admit_program",
    "allow_notation",
    "check_mark",
    "correct",
    "end_notation",
    "end_program",
    "expire",
    "flag_disputed",
    "open_agency",
    "parse",
    "publish_ordered",
    "receive",
    "register_agency",
    "register_notation",
    "release",
    "release_withheld",
    "repair",
    "strike",
    "take_back_ordered",
    "withdraw",
    "withhold",
]
