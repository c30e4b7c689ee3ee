"""Which format a file has, by its bytes first and its name second, and how large things may be."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from credit.records.notations.faults import Code, refuse

MIB = 1024 * 1024
PIECE = MIB
ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
GB18030_MARK = "\ufeff".encode("gb18030")
"""The byte order mark of GB 18030; no codec takes it off, as "utf-8-sig" does."""

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
HAN = re.compile("[\u4e00-\u9fff]{2}")


class Format(StrEnum):
    """A file format that agencies may send."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read. Bytes; cells of a spreadsheet are counted with the empty ones between them."""

    file_bytes: int = 256 * MIB
    unpacked_bytes: int = 512 * MIB
    unpacked_ratio: int = 150
    sheet_cells: int = 6_000_000
    sheet_columns: int = 512


def size(count: int) -> str:
    """A number of bytes for a person: 64 MiB."""
    return f"{count // MIB} MiB" if count >= MIB else f"{count} B"


def format_of(data: bytes, filename: str) -> Format:
    """The format of a file. Raises FileRefused for a spreadsheet that isn't one."""
    ending = PurePath(filename).suffix.lower()
    start = data[:64].removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if data.startswith(ZIP):
        return Format.XLSX
    if data.startswith(OLD_OFFICE) or ending in {".xlsx", ".xlsm", ".xls"}:
        raise refuse(Code.FILE_FORMAT, detail="spreadsheet")
    if ending in {".ndjson", ".jsonl"} or (start == b"{" and ending != ".csv"):
        return Format.NDJSON
    if ending == ".json" or (start == b"[" and ending != ".csv"):
        return Format.JSON
    return Format.CSV


def encoding_of(data: bytes) -> str:
    """ "utf-8-sig" or "gb18030". Raises FileRefused when it is neither, or some lines are one and some the other."""
    if data.startswith(UTF16):
        raise refuse(Code.FILE_ENCODING)
    if _decodes(data, "utf-8"):
        return "utf-8-sig"
    if not _decodes(data, "gb18030") or any(_is_utf8_chinese(line) for line in _lines(data)):
        raise refuse(Code.FILE_ENCODING)
    return "gb18030"


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), PIECE):
            decoder.decode(data[start : start + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield data[start:end]
        start = end + 1


def _is_utf8_chinese(line: bytes) -> bool:
    """Whether a line of a GB 18030 file is UTF-8 instead. Two characters, as one alone can be both."""
    if line.isascii():
        return False
    try:
        return HAN.search(line.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return False
