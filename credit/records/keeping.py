"""The bytes that an agency delivered: measured as they stream by, kept in sealed pieces, never whole in memory at once.

Each piece is sealed with its place, so that none can be left out, moved, or taken from another file unseen; the
submission's own SHA-256 and size say which pieces there must be.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO

from credit.records.models import KeptFile, Submission
from credit.records.notations.faults import Code, Fault, FileRefused
from credit.records.notations.formats import GB18030_MARK, Format, format_of, size
from credit.records.refusals import Refused
from credit.vault import actions as vault

PIECE = 4 * 1024 * 1024
"""Bytes of a piece but the last."""

START = 64
"""Bytes that say which format a file has."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is known of a file before it is kept: bytes, SHA-256 in hex, line ends, and how it begins."""

    size: int
    sha256: str
    line_ends: int
    start: bytes

    def rows_expected(self, filename: str) -> int:
        """About how many rows a worker will read; 0 where lines say nothing of it, or not before it is unpacked."""
        try:
            kind = format_of(self.start.removeprefix(GB18030_MARK), filename)
        except FileRefused:
            return 0
        if kind is Format.CSV:
            return max(0, self.line_ends - 1)
        by_line = kind is Format.NDJSON and PurePath(filename).suffix.lower() in (".ndjson", ".jsonl")
        return self.line_ends if by_line else 0


def measure(file: BinaryIO, limit: int) -> Measure:
    """Read a file through, once. Raises Refused: too_large, empty."""
    digest = hashlib.sha256()
    count = line_ends = 0
    blank, start = True, b""
    for piece in _pieces(file):
        start = start or piece[:START]
        count += len(piece)
        if count > limit:
            raise Refused([Fault(None, None, Code.FILE_TOO_LARGE, expected=size(limit))])
        digest.update(piece)
        line_ends += piece.count(b"\n")
        blank = blank and not piece.strip()
    if blank:
        raise Refused([Fault(None, None, Code.FILE_EMPTY)])
    return Measure(count, digest.hexdigest(), line_ends, start)


def keep(submission: Submission, file: BinaryIO) -> None:
    """Keep a file's bytes, sealed, in the caller's transaction."""
    for number, piece in enumerate(_pieces(file)):
        sealed = vault.seal(piece, context=_context(submission, number))
        KeptFile.objects.create(submission=submission, number=number, sealed=sealed)


def delivered_bytes(submission: Submission) -> bytes:
    """The bytes that were delivered. Raises ValueError where they aren't those that were."""
    data = BytesIO()
    numbers = KeptFile.objects.filter(submission=submission).order_by("number")
    for number in list(numbers.values_list("number", flat=True)):
        sealed = numbers.values_list("sealed", flat=True).get(number=number)
        data.write(vault.open_sealed(bytes(sealed), context=_context(submission, number)))
    whole = data.getvalue()
    if hashlib.sha256(whole).hexdigest() != submission.sha256:
        raise ValueError(f"Some of the bytes of {submission.public_id} are missing.")
    return whole


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(PIECE), b"")


def _context(submission: Submission, number: int) -> str:
    """Files that were kept whole, before there were pieces, are their own first piece."""
    return f"records.file:{submission.public_id}" + (f":{number}" if number else "")
