import subprocess
import sys
import time

import pytest
from fontTools.ttLib import TTFont

from credit.reports import fonts
from credit.reports.printing import fonts_dir
from credit.reports.rendering import OTHER, RARE, SANS

RARE_NAMES = "喆翀堃玥祎昇囍骉犇淼㛃䶮𬳽𬇹𫖯"
"""Characters of real names that GB 2312 lacks; the last ones lie outside the basic plane."""


def points(name: str) -> set[int]:
    with TTFont(fonts_dir() / name) as font:
        return set(font.getBestCmap())


def test_the_common_faces_hold_all_of_gb2312():
    for name in SANS:
        assert points(name) >= fonts.gb2312()


def test_rare_names_are_in_the_rare_faces_in_both_weights():
    wanted = {ord(character) for character in RARE_NAMES}
    assert len(fonts.gb2312() & wanted) < len(wanted)
    for regular, bold in zip(SANS, RARE, strict=False):
        assert points(regular) | points(bold) >= wanted


@pytest.mark.parametrize("name", [*SANS, *RARE, *OTHER])
def test_faces_are_static_truetype(name):
    path = fonts_dir() / name
    if not path.exists():
        pytest.skip("this machine has no DejaVu")
    with TTFont(path) as font:
        assert "glyf" in font
        assert "CFF " not in font
        assert "fvar" not in font


def test_building_again_does_nothing_and_takes_no_time():
    started = time.monotonic()
    command = [sys.executable, "-m", "credit.reports.fonts", str(fonts_dir())]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert time.monotonic() - started < 5
    assert not fonts.build(fonts_dir())


def test_a_machine_without_noto_is_told_which_package_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fonts, "FACES", [fonts.Face("x.ttf", tmp_path / "Nowhere.ttc", fonts.common)])
    assert fonts.main([str(tmp_path / "out")]) == 2
    assert "fonts-noto-cjk" in capsys.readouterr().err


def test_a_face_is_built_with_quadratic_outlines(tmp_path, monkeypatch):
    def few(everything):
        return {ord(character) for character in "A税ß"} & set(everything)

    monkeypatch.setattr(fonts, "FACES", [fonts.Face("few.ttf", fonts.FACES[0].collection, few)])
    note = fonts._build_face("few.ttf", tmp_path)
    assert "SIL Open Font License" in note
    with TTFont(tmp_path / "few.ttf") as font:
        assert set(font.getBestCmap()) == {ord(character) for character in "A税ß"}
        assert font["glyf"][font.getBestCmap()[ord("ß")]].numberOfContours > 0
