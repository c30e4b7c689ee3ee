"""Both catalogues say everything that the code and the templates mark for translation, and nothing else."""

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portal.config import ROOT

CHINESE, ENGLISH = "zh_Hans", "en"
SOURCES = ("credit", "portal", "templates", "locale")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\w*\}")
TAG = re.compile(r"<[^>]+>")
HAN = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;!?][\u4e00-\u9fff]")

ONLY_PUNCTUATION = frozenset(
    {
        ", ",
        "%(name)s:",
        "%(who)s, %(at)s",
        "%(at)s: %(who)s. %(purpose)s.",
        "%(record)s (%(agency)s)",
        "%(record)s: %(marks)s.",
        "%(name)s: %(mark)s",
        "%(name)s (%(field)s)",
        "%(name)s (%(count)s)",
        "%(who)s %(what)s",
    }
)
"""Strings that hold no word, so their Chinese has no character either."""

Texts = dict[str, str]


def po(folder: Path, language: str) -> Path:
    return folder / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path, scratch: Path) -> Texts:
    """A catalogue's finished entries: source (context first; of a plural the singular) and its last form."""
    compiled = scratch / f"{path.parent.parent.name}.mo"
    subprocess.run(["msgfmt", "--output-file", compiled, path], check=True)
    with compiled.open("rb") as file:
        entries = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: text for key, text in entries.items() if key}


@pytest.fixture(scope="module")
def anew(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources after `make messages`."""
    copy = tmp_path_factory.mktemp("messages")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "Makefile", copy)
    venv = Path(sys.executable).parent
    done = subprocess.run(["make", "messages", f"VENV={venv}"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return copy


@pytest.fixture(scope="module")
def sources(anew: Path, tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Every string that is marked now. English is always filled, so its catalogue has them all."""
    return read(po(anew, ENGLISH), tmp_path_factory.mktemp("sources"))


@pytest.fixture
def chinese(tmp_path: Path) -> Texts:
    return read(po(ROOT, CHINESE), tmp_path)


def test_the_extraction_finds_templates_and_code(sources):
    assert {"Skip to the content", "There is no such scheme. The list shows every version there ever was."} <= set(
        sources
    )


def test_every_string_has_its_chinese(sources, chinese):
    assert sorted(set(sources) - set(chinese)) == [], "run `make messages`, then write the Chinese"


def test_the_english_catalogue_is_what_the_machine_fills(sources, tmp_path):
    assert read(po(ROOT, ENGLISH), tmp_path) == sources, "run `make messages`"


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_no_entry_is_left_over_or_only_guessed(language, sources, tmp_path):
    text = po(ROOT, language).read_text(encoding="utf-8")
    assert re.findall(r"^#~.*|^#,.*\bfuzzy\b.*", text, re.MULTILINE) == []
    assert sorted(set(read(po(ROOT, language), tmp_path)) - set(sources)) == []


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_a_catalogue_is_well_formed_and_names_no_machine(language, tmp_path):
    path = po(ROOT, language)
    done = subprocess.run(
        ["msgfmt", "--check", "--output-file", tmp_path / "checked.mo", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "POT-Creation-Date" not in path.read_text(encoding="utf-8")
    assert "#: " not in path.read_text(encoding="utf-8")


def test_placeholders_and_tags_are_the_same_in_chinese(sources, chinese):
    differing = {
        source: text
        for source, text in chinese.items()
        for pattern in (PLACEHOLDER, TAG)
        if sorted(pattern.findall(text)) != sorted(pattern.findall(sources.get(source, "")))
    }
    assert differing == {}


def test_chinese_is_written_in_chinese(chinese):
    foreign = {source: text for source, text in chinese.items() if not HAN.search(text)}
    assert set(foreign) == ONLY_PUNCTUATION


def test_chinese_has_its_own_punctuation_and_the_products_chinese_name(chinese):
    wrong = {
        source: text
        for source, text in chinese.items()
        if HALF_WIDTH.search(PLACEHOLDER.sub("", TAG.sub("", text))) or "Plainmark" in text
    }
    assert wrong == {}
