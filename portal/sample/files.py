"""The sample agencies' files, in the formats that real ones send, with dates that are near whatever day it is."""

import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from credit.core.identifiers import IdentifierKind, parse_subject
from portal.sample.people import SUBJECTS, WORLD

RATING = ["identifier_type", "identifier", "name", "mark", "decided_on", "ends_on", "document"]
PENALTY = (
    "CF_XDR_MC CF_XDR_LB CF_XDR_SHXYM CF_XDR_ZJLX CF_XDR_ZJHM CF_WSH CF_WFXW CF_SY CF_YJ CF_CFLB CF_NR CF_NR_FK"
    " CF_JDRQ CF_YXQ CF_GSJZQ CF_CFJG"
).split()
DOCUMENTS = {IdentifierKind.RESIDENT_ID: "身份证", IdentifierKind.PR_CARD: "外国人永久居留身份证"}


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file that an agency hands over."""

    agency: str
    notation: str
    name: str
    content: bytes


def sample_files(today: date) -> Iterator[SampleFile]:
    """All of world.toml, dated from `today`."""
    world = tomllib.loads(WORLD.read_text(encoding="utf-8"))
    for entry in world["ratings"]:
        rows = [_rating(row, today) for row in entry["rows"]]
        yield SampleFile(entry["agency"], entry["notation"], f"sample-{entry['notation']}.csv", _csv(RATING, rows))
    for entry in world["penalties"]:
        rows = [_penalty(row, today) for row in entry["rows"]]
        name = f"sample-penalties-{entry['agency']}.csv"
        yield SampleFile(entry["agency"], "double-publicity-penalty", name, _csv(PENALTY, rows))


def _csv(headings: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _rating(row: list[Any], today: date) -> list[str]:
    subject, mark, ago, ahead, document = row
    kind, _, value = subject.partition(":")
    decided, ends = today - timedelta(ago), today + timedelta(ahead)
    return [kind, value, SUBJECTS[subject], mark, decided.isoformat(), ends.isoformat() if ahead else "", document]


def _penalty(row: list[Any], today: date) -> list[str]:
    subject, offence, category, amount, ago, ahead, document = row
    identifier = parse_subject(subject)
    person = identifier.kind in DOCUMENTS
    decided, shown_until = today - timedelta(ago), today + timedelta(ahead)
    return [
        SUBJECTS[subject],
        "自然人" if person else "法人及非法人组织",
        "" if person else identifier.value,
        DOCUMENTS.get(identifier.kind, ""),
        identifier.value if person else "",
        document,
        offence,
        offence,
        "示例法第十条",
        category,
        category,
        amount,
        decided.strftime("%Y/%m/%d"),
        shown_until.strftime("%Y/%m/%d"),
        shown_until.strftime("%Y/%m/%d"),
        "示例机关",
    ]
