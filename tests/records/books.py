"""Spreadsheets written by hand, part by part: what no library would write."""

import io
import zipfile
from collections.abc import Mapping

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def relations(**targets: str) -> str:
    """A member that says where others are, by the last word of their kind."""
    lines = [
        f'<Relationship Id="r{number}" Type="{RELATIONS}/{kind.rstrip("_")}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), start=1)
    ]
    return f'<Relationships xmlns="{PACKAGE}">{"".join(lines)}</Relationships>'


def sheet(inner: str | bytes, *, before: str = "") -> bytes:
    """A sheet, of the rows between its tags."""
    inner = inner.encode() if isinstance(inner, str) else inner
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>'.encode() + inner + b"</sheetData></worksheet>"


def book(
    sheet_xml: bytes, *, path: str = "worksheets/sheet1.xml", texts: str | None = None, **more: str | bytes
) -> bytes:
    """A workbook with one sheet at `path` (under xl/); `texts`: the inside of its shared strings."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(worksheet=path, sharedStrings="sharedStrings.xml"),
        f"xl/{path}": sheet_xml,
    }
    if texts is not None:
        members["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    return packed(members | more)


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return data.getvalue()
