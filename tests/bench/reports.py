"""A certified report from a warm worker, against one that loads its fonts, styles and key anew each time."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from credit.reports import printing, rendering, signing
from credit.reports.content import Kind, Language
from credit.reports.development import development_files, make
from tests.bench.engine import median_seconds
from tests.reports import sample


def measure() -> Iterator[tuple[str, str, float, str, float]]:
    """One line a language."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "signing")
        files = development_files(Path(folder) / "signing")
        for language in Language:
            content = sample.content(Kind.FULL, language).for_kind()

            def warm(content: object = content) -> None:
                printing.make(content, signing.load(files))  # type: ignore[arg-type]

            def cold(content: object = content) -> None:
                for cached in (signing._load, rendering._press, rendering._coverage):
                    cached.cache_clear()
                printing.make(content, signing.load(files))  # type: ignore[arg-type]

            yield (
                f"full report, {language.value}",
                "warm worker",
                median_seconds(warm),
                "nothing kept",
                median_seconds(cold),
            )
