from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.reports import drawings
from credit.reports.content import BandLine

SVG = "{http://www.w3.org/2000/svg}"
BANDS = [BandLine("D", 0), BandLine("C", 350), BandLine("B", 500), BandLine("A", 650)]


def pointer_x(svg: str) -> float:
    path = ET.fromstring(svg).findall(f"{SVG}path")[0].attrib["d"]
    return float(path[1:].split()[0])


@pytest.mark.parametrize(("score", "x"), [(0, 0), (500, 500), (1000, 1000), (-20, 0), (4000, 1000)])
def test_the_pointer_stands_at_the_score_and_never_beside_the_scale(score, x):
    assert pointer_x(drawings.gauge(score, 0, 1000, BANDS)) == x


@given(
    minimum=st.integers(-500, 500),
    width=st.integers(0, 2000),
    starts=st.lists(st.integers(-600, 2600), unique=True, min_size=1, max_size=8),
    score=st.integers(-3000, 3000),
)
def test_any_scheme_gives_a_drawing_inside_its_frame(minimum, width, starts, score):
    bands = [BandLine(f"<{start}>", start) for start in starts]
    root = ET.fromstring(drawings.gauge(score, minimum, minimum + width, bands))
    for bar in root.findall(f"{SVG}rect"):
        assert float(bar.attrib["x"]) >= 0
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= drawings.WIDTH + 1


def test_a_name_that_does_not_fit_its_band_is_left_to_the_text():
    drawing = drawings.gauge(500, 0, 1000, [BandLine("A", 0), BandLine("a name far too long for it", 990)])
    assert "a name far too long" not in drawing
    assert ">A<" in drawing


def test_the_qr_code_is_a_drawing_without_text():
    root = ET.fromstring(drawings.qr("https://example.org/verify/7HJ3-9XWD-K2MN-44TQ"))
    assert root.tag == f"{SVG}svg"
    assert not list(root.iter(f"{SVG}text"))
