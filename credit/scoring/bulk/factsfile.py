"""One block of facts in a file: what the engine needs of the files of 32,768 subjects, with revisions. No Django.

Two Parquet tables behind one line that says what they are, how long, and their digest. It holds numbers of subjects and
records, categories, sources, values and days: no identifiers, no names. A file that isn't exactly what was written, to
the last byte, is as good as none.
"""

import hashlib
import io
import json
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

FORMAT = "plainmark-facts/1"
SUBJECTS = 1 << 15
"""Subjects in a block: some 300,000 records, ten megabytes in memory. Blocks are ranges of numbers, so that one is a
range of each index, however many there are."""

FORGOTTEN_SECONDS = 3600
KINDS = pl.Enum(["event", "rating"])
WORDS = ("category", "source")
ORDER = ("subject", "category", "source", "kind", "decided_on", "record")
FILES = {"subject": pl.Int64(), "revision": pl.Int64()}
FACTS: dict[str, pl.DataType] = {
    "subject": pl.Int64(),
    "record": pl.Int64(),
    "category": pl.Categorical(),
    "kind": KINDS,
    "source": pl.Categorical(),
    "value": pl.Int16(),
    "decided_on": pl.Date(),
    "ends_on": pl.Date(),
    "disputed": pl.Boolean(),
}
"""What a block is made of, in any order; kept, it is in ORDER, and its words are numbered in the order of the text."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The newest entry of the ledger when facts were read, and its commitment, which is random.

    Where the database doesn't have that entry it is another one, or was set back: what was read then never was.
    """

    entry: int
    commitment: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many subjects a block has, and the sum of their revisions."""

    subjects: int
    revisions: int


@dataclass(frozen=True, slots=True)
class Block:
    """files: subject, revision. facts: of these subjects, as they were at these revisions or later, in order."""

    anchor: Anchor
    files: pl.DataFrame
    facts: pl.DataFrame

    @property
    def count(self) -> Count:
        """Of its files."""
        return Count(self.files.height, int(self.files["revision"].sum()))


def in_order(facts: pl.DataFrame) -> pl.DataFrame:
    """Facts as the engine reads them without sorting, in the smallest types."""
    texts = {
        name: facts[name].cast(pl.String) if facts[name].dtype != pl.Categorical else facts[name] for name in WORDS
    }
    kinds = {name: pl.Enum(text.unique().cast(pl.String).sort()) for name, text in texts.items()}
    return facts.with_columns(texts[name].cast(kind) for name, kind in kinds.items()).sort(ORDER)


def write(path: Path, block: Block) -> None:
    """Put a block where `path` says: whole or not at all, whoever else writes it at the same time."""
    bodies = [_parquet(block.files), _parquet(block.facts)]
    heading = {
        "format": FORMAT,
        "entry": block.anchor.entry,
        "commitment": block.anchor.commitment,
        "bytes": [len(body) for body in bodies],
        "sha256": _digest(bodies),
    }
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(f".{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(json.dumps(heading).encode() + b"\n")
            file.writelines(bodies)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def clear(directory: Path) -> None:
    """Remove what writers have left that were killed more than an hour ago."""
    for part in directory.glob("*.part"):
        with suppress(FileNotFoundError):
            if part.stat().st_mtime < time.time() - FORGOTTEN_SECONDS:
                part.unlink()


def read(path: Path) -> Block | None:
    """What was written there; None where nothing is, or anything else than what was written."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    with suppress(ValueError, TypeError, KeyError, pl.exceptions.PolarsError):
        return _parsed(data)
    return None


def _parsed(data: bytes) -> Block | None:
    line, _, rest = data.partition(b"\n")
    heading: dict[str, Any] = json.loads(line)
    files, facts = heading["bytes"]
    bodies = [rest[:files], rest[files:]]
    if heading["format"] != FORMAT or len(rest) != files + facts or heading["sha256"] != _digest(bodies):
        return None
    tables = [pl.read_parquet(io.BytesIO(body)) for body in bodies]
    return Block(Anchor(heading["entry"], heading["commitment"]), tables[0], tables[1])


def _digest(bodies: list[bytes]) -> str:
    digest = hashlib.sha256()
    for body in bodies:
        digest.update(body)
    return digest.hexdigest()


def _parquet(table: pl.DataFrame) -> bytes:
    """Numbers that repeat are written once; packed on top of that, it would take longer to read than it saves."""
    file = io.BytesIO()
    table.write_parquet(file, compression="uncompressed")
    return file.getvalue()
