"""`python -m credit.scoring FILE.json`: recalculates a recalculation document, without Django or a database.

Exit 0: calculated, and the answer that the document states (if any) is right. 1: it states another one.
2: the document or the call is malformed; the message names the field.
"""

# ruff: noqa: T201 -- a command prints its answer
import argparse
import io
import json
import sys
from pathlib import Path

from credit.scoring.document import answer, differences, parse, recalculate
from credit.scoring.strictjson import Malformed
from credit.scoring.table import written

SIZE_LIMIT = 64 * 1024 * 1024


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m credit.scoring", description="Recalculate a mark from its document."
    )
    parser.add_argument("file", metavar="FILE.json", help="a recalculation document; - reads it from standard input")
    parser.add_argument("--json", action="store_true", help="print the answer as one JSON document")
    options = parser.parse_args(arguments)
    try:
        document = parse(_bytes(options.file))
    except OSError as error:
        return _refuse(options.file, error.strerror or "cannot be read")
    except Malformed as error:
        return _refuse(options.file, str(error))
    right = answer(recalculate(document))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    print(json.dumps(right, ensure_ascii=False) if options.json else written(document, right))
    wrong = [] if document.answer is None else differences(document.answer, right)
    if wrong:
        print(f"{options.file}: the answer that it states differs in: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


def _bytes(file: str) -> bytes:
    if file == "-":
        data = sys.stdin.buffer.read(SIZE_LIMIT + 1)
    else:
        with Path(file).open("rb") as opened:
            data = opened.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise Malformed("", f"larger than {SIZE_LIMIT} bytes")
    return data


def _refuse(file: str, problem: str) -> int:
    print(f"{file}: {problem}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
