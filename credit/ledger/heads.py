"""The directory of signed heads outside the database: NDJSON files by month, only ever appended to.

Whoever copies this directory elsewhere can later prove that the database was not rolled back or rewritten.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings

from credit.ledger.rules import Head

log = structlog.get_logger(__name__)
PATTERN = "*.ndjson"
TAIL_BYTES = 65_536  # a line is about 500


def own_directory() -> Path:
    """DATA_DIR/heads."""
    return Path(settings.DATA_DIR) / "heads"


@dataclass(frozen=True, slots=True)
class Extent:
    """The files of a heads directory and how long each was at one moment: what comes later isn't read."""

    files: tuple[tuple[Path, int], ...]

    @classmethod
    def of(cls, directory: Path) -> "Extent":
        """As the directory stands now; empty where there is none."""
        return cls(tuple((path, path.stat().st_size) for path in sorted(directory.glob(PATTERN))))

    def lines(self) -> Iterator[str]:
        """All lines, oldest first. A line that was torn off keeps no line end, and so parses as no head."""
        for path, length in self.files:
            with path.open("rb") as file:
                read = 0
                for raw in file:
                    read += len(raw)
                    if read > length:
                        break
                    text = raw.decode(errors="replace")
                    yield text[:-1] if text.endswith("\n") else text + " (torn)"


def last_of(directory: Path) -> Head | None:
    """The newest head in the directory that can be read."""
    for path in sorted(directory.glob(PATTERN), reverse=True):
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
        for line in reversed(lines):
            try:
                return Head.parse(line)
            except ValueError:
                continue
    return None


def append(directory: Path, heads: Iterable[Head]) -> int:
    """Append those of `heads` (ascending by size) that are larger than the newest one there; fsync; how many."""
    directory.mkdir(parents=True, exist_ok=True)
    with _alone_in(directory):
        last = last_of(directory)
        added = 0
        for head in heads:
            if last is not None and head.size <= last.size:
                continue
            _write(directory, head)
            added += 1
        if added > 1:
            log.info("ledger.heads_caught_up", added=added)
        return added


def _write(directory: Path, head: Head) -> None:
    """One line at the end of the newest file, or of this head's month where that is newer. Clocks may go back."""
    name = f"heads-{head.at[:7]}.ndjson"
    path = max([directory / name, *directory.glob(PATTERN)], key=lambda path: path.name)
    made = not path.exists()
    with path.open("ab+") as file:
        _mend(file.fileno())
        file.write(head.line().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if made:
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mend(file: int) -> None:
    """Cut off what a crash left of a line that was being written: that head is still in the database."""
    size = os.fstat(file).st_size
    tail = os.pread(file, min(size, 4096), max(0, size - 4096))
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        os.ftruncate(file, size - torn)


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """One process at a time appends."""
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
