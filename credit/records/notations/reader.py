"""The process that reads a large file.

It knows nothing but this package: no database, no key, no settings. It gets the file through its standard input, and
answers through its standard output.
"""

import gc
import os
import pickle
import sys

from credit.records import notations
from credit.records.notations.apart import LENGTH_BYTES, Answer, Asked
from credit.records.notations.faults import FileRefused
from credit.records.notations.reading import batches

KINDLINESS = 19
"""How far it stands back (nice) where somebody waits for a page."""


def main() -> None:
    """Read until the end of the file, or until there is nobody left to answer."""
    os.nice(KINDLINESS)
    gc.disable()  # rows are many small objects without cycles: looking for some takes a quarter of the time
    asked: Asked = pickle.load(sys.stdin.buffer)  # noqa: S301 -- our own process wrote it
    data = sys.stdin.buffer.read()
    try:
        _read(data, asked)
    except BrokenPipeError:
        os._exit(1)  # what is left to be written has nowhere to go


def _read(data: bytes, asked: Asked) -> None:
    notation = notations.get(asked.notation)
    try:
        for batch in batches(data, asked.filename, notation, asked.limits, asked.accepted):
            columns = tuple(zip(*batch.rows, strict=True))
            batch.rows = []
            _say(Answer(batch, columns))
    except FileRefused as refusal:
        _say(Answer(None, refused=refusal.faults))


def _say(answer: Answer) -> None:
    said, to = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL), sys.stdout.buffer
    to.write(len(said).to_bytes(LENGTH_BYTES, "big"))
    to.write(said)
    to.flush()


if __name__ == "__main__":
    main()
