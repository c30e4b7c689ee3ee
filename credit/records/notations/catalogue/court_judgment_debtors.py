"""The courts' public list of judgment debtors (失信被执行人)."""

from credit.records.notations.court import read
from credit.records.notations.tables import load

NOTATION = load(__file__, readers={"published": read})
