"""Whatever an agency hands over goes through the real pipeline: whole or nothing, faults with lines, no crash."""

import csv
import io
import json
import random
from collections.abc import Sequence

import openpyxl
import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from credit.core.errors import Conflict, DomainError
from credit.records import actions, staging
from credit.records.models import Confirmation, Fault, Record, RecordVersion, StagedRows, Submission
from credit.records.moves import Status
from credit.records.notations.faults import Fault as FileFault
from credit.records.refusals import Refused, as_json
from tests.examples import tries
from tests.records.files import PENALTY, RATING, penalty, rating
from tests.records.test_any_file import CELLS, grid

HOSTILE = st.sampled_from([
    "\0", "\u202e", "\u202edoc", "１２３", "２０２６/０６/０１", "11010119630617309X", "46023", "46023.5", "=1+1",
    "\ufeff", "'", "x" * 5_000, "A\u200b", "doc1 ", " doc1", "\u3000doc1", '{"religion": 1}', "1e400", "\r\n", "优",
    "ａ", "\ud800", "😀",
])  # fmt: skip
GRIDS = st.one_of(
    grid(RATING, rating).map(lambda rows: ("tax", "tax-grade", rows)),
    grid(PENALTY, penalty).map(lambda rows: ("tax", "double-publicity-penalty", rows)),
)
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "mixed")


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[str, str, bytes, str]:
    """Agency, notation, bytes, file name."""
    agency, notation, rows = draw(GRIDS)
    for row in draw(st.lists(st.sampled_from(rows[1:] or rows), max_size=2)):
        row[draw(st.integers(0, len(row) - 1)) if row else 0 :][:1] = [draw(HOSTILE)]
        if row:
            row[draw(st.integers(0, len(row) - 1))] = draw(st.one_of(HOSTILE, CELLS))
    if draw(st.integers(0, 9)) == 0:
        rows = [
            [*row, cell] for row, cell in zip(rows, [rows[0][0], *["x"] * len(rows)], strict=False)
        ]  # twice a heading
    kind = draw(st.sampled_from(["csv", "json", "ndjson", "xlsx"]))
    if kind == "csv":
        return agency, notation, as_csv(rows, draw(st.sampled_from(ENCODINGS))), "file.csv"
    if kind == "xlsx":
        return agency, notation, as_xlsx(rows, draw(st.booleans())), "file.xlsx"
    elements = [json.dumps(dict(zip(rows[0], row, strict=False))) for row in rows[1:]]
    text = f"[{','.join(elements)}]" if kind == "json" else "\n".join(elements)
    return agency, notation, text.encode(), f"file.{kind}"


def as_csv(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    """In one encoding, or half of the lines in another."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    if encoding != "mixed":
        return text.getvalue().encode(encoding, errors="replace")
    lines = text.getvalue().splitlines(keepends=True)
    return b"".join(line.encode("utf-8" if n % 2 else "gb18030", errors="replace") for n, line in enumerate(lines))


def as_xlsx(rows: Sequence[Sequence[str]], merged: bool) -> bytes:
    """A spreadsheet, with numbers where a cell looks like one, and with merged cells."""
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        cells = ["".join(c for c in cell if c >= " " and not 0xD800 <= ord(c) <= 0xDFFF)[:30_000] for cell in row]
        book.active.append([float(cell) if cell.isascii() and cell.isdigit() else cell for cell in cells])
    if merged and len(rows) > 1:
        book.active.merge_cells("A2:B3")
    book.save(data)
    return data.getvalue()


def tables() -> dict[str, int]:
    """How much there is of all that a delivery can make."""
    made = {model.__name__: model.objects.count() for model in (Record, RecordVersion, Confirmation)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM subjects_subject), (SELECT count(*) FROM subjects_subjectidentifier)"
        )
        made["subjects"], made["identifiers"] = cursor.fetchone()
    return made


def deliver(office, agency: str, notation: str, data: bytes, filename: str) -> None:
    """Through every step, asking after each what must hold."""
    desk = office(agency, notation)
    before = tables()
    try:
        made = desk.deliver(data, filename=filename)
    except Refused as refused:
        _of_the_whole_file(refused.faults)
        return
    assert tables() == before
    assert made.status in (Status.PARSED, Status.REFUSED)
    told = staging.faults_of(Fault.objects.filter(submission=made), made)
    json.dumps([as_json(fault) for fault in told], ensure_ascii=False).encode()
    staged = sum(StagedRows.objects.filter(submission=made).values_list("rows", flat=True))
    assert staged == made.accepted
    if made.status == Status.REFUSED:
        _of_the_whole_file(told)
        assert (made.rows, made.accepted) == (0, 0)
        with pytest.raises(Conflict):
            desk.release(made, partial=True)
        return
    lines = {fault.line for fault in told}
    assert None not in lines
    assert min(lines, default=1) >= 1
    assert made.rows == made.accepted + len(lines)
    release(desk, made, before)


def _of_the_whole_file(faults: Sequence[FileFault]) -> None:
    assert faults
    assert all(fault.line is None for fault in faults)


def release(desk, made: Submission, before: dict[str, int]) -> None:
    """Whole or nothing; and back again."""
    try:
        done = desk.release(made, partial=True)
    except DomainError:
        assert tables() == before
        made.refresh_from_db()
        assert made.released_at is None
        return
    after = tables()
    assert done.records_new + done.records_changed + done.records_same == made.accepted
    assert after["Record"] - before["Record"] == done.records_new
    assert after["RecordVersion"] - before["RecordVersion"] == done.records_new + done.records_changed
    actions.withdraw(made.public_id, reason="x", by=desk.first, now=desk.now)
    assert not RecordVersion.objects.current().filter(submission=made).exists()


@pytest.mark.django_db
@settings(max_examples=tries(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(deliveries())
@example(("tax", "tax-grade", as_csv([RATING, rating(1), rating(2, name="\u202e公司")], "utf-8"), "file.csv"))
@example(("tax", "tax-grade", as_csv([RATING, rating(1, decided_on="２０２６-０６-０１")], "utf-8"), "file.csv"))
@example(("tax", "tax-grade", as_csv([RATING, rating(1, document="a\0b")], "utf-8"), "file.csv"))
@example(("tax", "tax-grade", as_csv([RATING, rating(1), rating(2), rating(3)], "mixed"), "file.csv"))
@example(("tax", "tax-grade", as_csv([(*RATING, "mark"), [*rating(1), "A"]], "utf-8"), "file.csv"))
@example(("tax", "tax-grade", as_csv([RATING, rating(1, name="x" * 10_000_000), rating(2)], "utf-8"), "file.csv"))
@example(("tax", "tax-grade", as_xlsx([RATING, rating(1, decided_on="46174"), rating(2)], merged=True), "file.xlsx"))
@example(("tax", "tax-grade", random.Random(1).randbytes(5_000), "file.xlsx"))
def test_any_delivery_is_taken_in_whole_or_not_at_all(office, delivery):
    deliver(office, *delivery)
