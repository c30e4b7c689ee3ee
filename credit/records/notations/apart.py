"""A large file is read by a process of its own (reader.py), beside the one that stages its rows."""

import os
import pickle
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from credit.records.notations.faults import Code, Fault, FileRefused
from credit.records.notations.formats import Limits
from credit.records.notations.reading import Once, Reading
from credit.records.notations.shapes import Row

HOUSE = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "credit.records.notations.reader"]
SURROUNDINGS = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR")
"""What the reader is told of its surroundings: no key, and no address of a service."""

LENGTH_BYTES = 4
"""An answer's length goes before it."""


class ReaderDied(Exception):
    """The reader ended before the file did; with its exit code (below 0: the signal that ended it)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader is asked; the file's bytes come after it."""

    filename: str
    notation: str
    limits: Limits
    accepted: Mapping[int, frozenset[Code]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A batch, with its rows by the column, which is quicker to hand over; or why nothing of the file is taken."""

    batch: Reading | None
    columns: Sequence[tuple[object, ...]] = ()
    refused: tuple[Fault, ...] = ()

    def opened(self) -> Reading:
        """The batch with its rows. Raises FileRefused."""
        if self.batch is None:
            raise FileRefused(*self.refused)
        self.batch.rows = list(map(Row._make, zip(*self.columns, strict=True)))
        return self.batch


def read_apart(
    data: bytes, *, filename: str, notation: str, limits: Limits, accepted: Mapping[int, frozenset[Code]]
) -> Generator[Reading, None, None]:
    """As `reading.read`, a batch ahead of the caller. Raises FileRefused, and ReaderDied.

    The reader ends with its caller, however that ends: it finds nobody to answer.
    """
    once, told = Once(), {name: os.environ[name] for name in SURROUNDINGS if name in os.environ}
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HOUSE, env=told) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        try:
            _ask(reader.stdin, Asked(filename, notation, limits, accepted), data)
            del data
            while (answer := _next(reader.stdout)) is not None:
                yield once.of(answer.opened())
            if code := reader.wait():
                raise ReaderDied(code)
        finally:
            reader.kill()


def _ask(reader: IO[bytes], asked: Asked, data: bytes) -> None:
    try:
        with reader:
            pickle.dump(asked, reader)
            reader.write(data)
    except BrokenPipeError:
        pass  # it has ended: its exit code tells


def _next(answers: IO[bytes]) -> Answer | None:
    """The next answer; None at the end, or where the reader broke off in the middle of one."""
    length = int.from_bytes(answers.read(LENGTH_BYTES), "big")
    said = answers.read(length)
    if not length or len(said) < length:
        return None
    answer = pickle.loads(said)  # noqa: S301 -- our own process wrote it
    assert isinstance(answer, Answer)
    return answer
