"""Agencies' deliveries and the records made of them. A record's versions are only ever added to."""

from credit.records.agencies import AgencyProfile, Registration
from credit.records.submissions import Fault, KeptFile, StagedRows, Submission
from credit.records.versions import Confirmation, Record, RecordVersion

__all__ = [
    "AgencyProfile",
    "Confirmation",
    "Fault",
    "KeptFile",
    "Record",
    "RecordVersion",
    "Registration",
    "StagedRows",
    "Submission",
]
