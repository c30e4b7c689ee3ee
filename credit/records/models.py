"""Agencies' deliveries and the records made of them. A record's versions are only ever added to."""

from credit.records.agencies import AgencyProfile, Registration
from credit.records.movings import RecordMove
from credit.records.overrides import RowOverride
from credit.records.programs import ApiAnswer, ApiClient
from credit.records.submissions import Fault, KeptFile, StagedRows, Submission
from credit.records.versions import Confirmation, Record, RecordVersion

__all__ = [
    "AgencyProfile",
    "ApiAnswer",
    "ApiClient",
    "Confirmation",
    "Fault",
    "KeptFile",
    "Record",
    "RecordMove",
    "RecordVersion",
    "Registration",
    "RowOverride",
    "StagedRows",
    "Submission",
]
