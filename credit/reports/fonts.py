"""Builds the fonts that certified reports are set in, from Debian's Noto CJK.

    python -m credit.reports.fonts OUTDIR

WeasyPrint embeds static TrueType files fast and subsets them well; the collections that Debian
ships hold CFF outlines of 65,535 glyphs in ten faces. So each wanted glyph is taken out of the
Simplified Chinese face once and its cubic curves become quadratic ones (`cu2qu`, at most one
thousandth of an em away). These files come out:

- `sans-regular.ttf`, `sans-bold.ttf`: Latin, Greek, Cyrillic, punctuation, GB 2312;
- `rare-regular.ttf`, `rare-bold.ttf`: its other ideographs (all of the Table of General Standard
  Chinese Characters among them), and `more-regular.ttf`: the rest (Hangul, signs), so that no name
  prints as a box; loaded only when they are needed;
- `other-regular.ttf`, `other-bold.ttf`: DejaVu Sans, where Debian has it, for letters that Noto
  CJK lacks (Łukasz, Şahin, Arabic).

Noto CJK is under the SIL Open Font License 1.1, DejaVu under the Bitstream Vera licence; both
notes are written beside the fonts. No Django here: `make setup` runs this before anything else.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

NOTO = Path("/usr/share/fonts/opentype/noto")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
FACE = "Noto Sans CJK SC"
MANIFEST = "manifest.json"
LICENCE = "LICENCE.txt"
FEATURES = ["kern", "ccmp", "mark", "liga", "pwid", "hwid", "halt"]
HANGUL_JAMO = range(0x1100, 0x1200)
IDEOGRAPHS = range(0x3400, 0xA000)
FIRST_ASTRAL = 0x20000
SPACES = {0x20, 0xA0}  # a space between two rare words is set in their own face
LETTERS_AND_SIGNS = range(0x20, 0x2700)
UNUSED_LIMITS = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentElements",
    "maxComponentDepth",
)
DEJAVU_LICENCE = "DejaVu Sans: Bitstream Vera Fonts Copyright, with changes in the public domain."


class MissingFontError(Exception):
    """A source font is not on this machine; the message names the package that holds it."""


@dataclass(frozen=True)
class Face:
    """One file to build: its name, the collection it comes from, and which code points it takes."""

    name: str
    collection: Path
    wants: Callable[[Iterable[int]], set[int]]


def gb2312() -> set[int]:
    """The code points of GB/T 2312-1980, from Python's own codec."""
    points: set[int] = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def common(points: Iterable[int]) -> set[int]:
    """What most reports need: letters and signs of the font, and GB 2312."""
    everything = set(points)
    signs = {point for point in everything if point in LETTERS_AND_SIGNS and point not in HANGUL_JAMO}
    return signs | (gb2312() & everything)


def rare(points: Iterable[int]) -> set[int]:
    """The ideographs that `common` leaves."""
    everything = set(points)
    return {point for point in everything - common(everything) if point in IDEOGRAPHS or point >= FIRST_ASTRAL} | SPACES


def more(points: Iterable[int]) -> set[int]:
    """All that `common` and `rare` leave."""
    everything = set(points)
    return everything - common(everything) - rare(everything) | SPACES


FACES = (
    Face("rare-regular.ttf", NOTO / "NotoSansCJK-Regular.ttc", rare),  # the longest first
    Face("rare-bold.ttf", NOTO / "NotoSansCJK-Bold.ttc", rare),
    Face("more-regular.ttf", NOTO / "NotoSansCJK-Regular.ttc", more),
    Face("sans-regular.ttf", NOTO / "NotoSansCJK-Regular.ttc", common),
    Face("sans-bold.ttf", NOTO / "NotoSansCJK-Bold.ttc", common),
)
COPIES = {"other-regular.ttf": DEJAVU / "DejaVuSans.ttf", "other-bold.ttf": DEJAVU / "DejaVuSans-Bold.ttf"}


def build(outdir: Path, *, force: bool = False) -> bool:
    """Build what is missing or out of date in `outdir`; True if anything was built.

    Raises MissingFontError. Two builders of one directory wait for each other.
    """
    outdir.mkdir(parents=True, exist_ok=True)
    with (outdir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _inputs()
        if not force and _is_built(outdir, wanted):
            return False
        with tempfile.TemporaryDirectory(dir=outdir, prefix=".building-") as scratch:
            files = _build_all(Path(scratch))
            manifest = {"inputs": wanted, "files": files}
            (Path(scratch) / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
            for name in (*files, LICENCE, MANIFEST):  # the manifest last: it says that all is there
                os.replace(Path(scratch) / name, outdir / name)
    return True


def _inputs() -> dict[str, str]:
    """What the result depends on: this script, and size and time of each source. Raises MissingFontError."""
    inputs = {"script": hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}
    for source in {face.collection for face in FACES}:
        if not source.exists():
            raise MissingFontError(f"{source} is missing: apt-get install fonts-noto-cjk")
    sources = {face.collection for face in FACES} | {path for path in COPIES.values() if path.exists()}
    for source in sorted(sources):
        stat = source.stat()
        inputs[source.name] = f"{stat.st_size}-{stat.st_mtime_ns}"
    return inputs


def _is_built(outdir: Path, wanted: dict[str, str]) -> bool:
    try:
        manifest = json.loads((outdir / MANIFEST).read_text())
        sizes = {name: (outdir / name).stat().st_size for name in manifest["files"]}
    except (OSError, ValueError, KeyError):
        return False
    return manifest["inputs"] == wanted and all(
        sizes[name] == entry["bytes"] for name, entry in manifest["files"].items()
    )


def _build_all(scratch: Path) -> dict[str, dict[str, Any]]:
    copies = {name: source for name, source in COPIES.items() if source.exists()}
    for name, source in copies.items():
        shutil.copyfile(source, scratch / name)
    with ProcessPoolExecutor(max_workers=min(len(FACES), os.cpu_count() or 1)) as pool:
        notes = list(pool.map(_build_face, [face.name for face in FACES], [scratch] * len(FACES)))
    (scratch / LICENCE).write_text("\n\n".join([notes[0], *([DEJAVU_LICENCE] if copies else [])]) + "\n")
    return {name: _described(scratch / name) for name in (*(face.name for face in FACES), *copies)}


def _described(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _build_face(name: str, scratch: Path) -> str:
    """Build one face into `scratch`; the licence note of its source."""
    from fontTools import subset

    face = next(face for face in FACES if face.name == name)
    source, font = _open_face(face.collection), _open_face(face.collection)
    font.setGlyphOrder(source.getGlyphOrder())
    del font["CFF "]  # the subsetter would run every outline's program three times; only what is left is drawn, once
    options = subset.Options(
        layout_features=FEATURES,
        notdef_outline=True,
        name_IDs=["*"],
        drop_tables=["VORG", "vhea", "vmtx", "DSIG", "BASE"],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=face.wants(font.getBestCmap()))
    subsetter.subset(font)
    add_outlines(font, source)
    font.save(scratch / name, reorderTables=False)
    names = font["name"]
    return "\n".join(str(names.getDebugName(number)) for number in (4, 0, 7, 13, 14))


def _open_face(collection: Path) -> TTFont:
    from fontTools.ttLib import TTFont

    for number in range(16):
        font = TTFont(collection, fontNumber=number, lazy=True)
        if font["name"].getDebugName(4) in (FACE, f"{FACE} Bold", f"{FACE} Regular"):
            return font
    raise MissingFontError(f"{collection} has no face named {FACE}")


def add_outlines(font: TTFont, source: TTFont, *, max_error: float = 1.0) -> None:
    """Give a font without outlines those of its glyphs in `source`, as quadratic curves.

    `max_error`: how far a curve may go beside the original, in font units (1000 an em).
    """
    from fontTools.ttLib import newTable

    glyphs = dict(_quadratic(font.getGlyphOrder(), source, max_error))
    metrics = font["hmtx"].metrics
    font["loca"] = newTable("loca")
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = font.getGlyphOrder(), glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(glyf)
        metrics[name] = (metrics[name][0], getattr(glyph, "xMin", 0))
    maxp = font["maxp"]
    maxp.tableVersion, maxp.maxZones = 0x00010000, 1
    for unused in UNUSED_LIMITS:
        setattr(maxp, unused, 0)  # there are no instructions; the rest is counted when the font is saved
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\000\001\000\000"


def _quadratic(names: list[str], source: TTFont, max_error: float) -> Iterator[tuple[str, Any]]:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    glyph_set = source.getGlyphSet()
    for name in names:
        pen = TTGlyphPen(None)
        glyph_set[name].draw(Cu2QuPen(pen, max_error, reverse_direction=True))
        yield name, pen.glyph()


def main(arguments: list[str] | None = None) -> int:
    """The command line: 0 when the fonts are there, 2 when a source font is missing."""
    parser = argparse.ArgumentParser(prog="python -m credit.reports.fonts", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--force", action="store_true", help="build again even when nothing changed")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    try:
        built = build(options.outdir, force=options.force)
    except MissingFontError as missing:
        sys.stderr.write(f"{missing}\n")
        return 2
    if built:
        sys.stderr.write(f"Report fonts built in {time.perf_counter() - started:.1f} s.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
