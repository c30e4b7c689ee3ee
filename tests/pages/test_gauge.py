"""Where a mark stands on its scale, in the drawing's own units."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from portal.pages.gauge import STEPS, WIDTH, gauge

BANDS = [("AAA", 900), ("AA", 780), ("A", 650), ("B", 500), ("C", 350), ("D", 0)]


@st.composite
def scales(draw):
    minimum = draw(st.integers(-500, 500))
    maximum = minimum + draw(st.integers(1, 2000))
    starts = draw(st.lists(st.integers(minimum - 100, maximum + 100), min_size=1, max_size=9, unique=True))
    bands = [(f"band {index}", start) for index, start in enumerate(draw(st.permutations(starts)))]
    return draw(st.integers(minimum, maximum)), minimum, maximum, bands


@given(scales())
def test_bands_lie_side_by_side_up_to_the_right_end(scale):
    score, minimum, maximum, bands = scale
    drawn = gauge(score, minimum=minimum, maximum=maximum, bands=bands).bands
    for left, right in itertools.pairwise(drawn):
        assert left.x + left.width == right.x
        assert left.last + 1 == right.first
        assert left.step <= right.step
    if drawn:
        assert drawn[-1].x + drawn[-1].width == WIDTH
        assert drawn[-1].last == maximum
        assert all(1 <= band.step <= STEPS for band in drawn)


@given(scales())
def test_the_band_of_the_mark_is_marked_and_no_other(scale):
    score, minimum, maximum, bands = scale
    drawing = gauge(score, minimum=minimum, maximum=maximum, bands=bands)
    reached = [band for band in bands if band[1] <= score]
    here = [band.name for band in drawing.bands if band.here]
    assert here == ([max(reached, key=lambda band: band[1])[0]] if reached else [])
    assert 0 <= drawing.x <= WIDTH


def test_the_first_scheme_as_it_is_drawn():
    drawing = gauge(712, minimum=0, maximum=1000, bands=BANDS)
    assert drawing.x == 712
    assert [(band.name, band.first, band.last, band.step) for band in drawing.bands] == [
        ("D", 0, 349, 1),
        ("C", 350, 499, 2),
        ("B", 500, 649, 3),
        ("A", 650, 779, 4),
        ("AA", 780, 899, 5),
        ("AAA", 900, 1000, 6),
    ]
    assert [band.name for band in drawing.bands if band.here] == ["A"]
