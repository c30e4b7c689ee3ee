"""The map: everything has its place, nothing stands over another, labels keep to their box."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from credit.measures.drawings import BOX, LINES_AT_MOST, PADDING, WIDTH, Tie, picture_of, wrapped

LABELS = st.text("abc 记录，", min_size=1, max_size=120)


@given(
    st.lists(LABELS, min_size=1, max_size=6),
    st.lists(LABELS, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans(), st.booleans()), max_size=12),
)
def test_boxes_keep_apart_and_inside_and_each_tie_has_a_line(left, right, ties):
    causes = [(f"c{place}", label) for place, label in enumerate(left)]
    agencies = [(f"a{place}", label) for place, label in enumerate(right)]
    made = [
        Tie(f"c{cause % len(left)}", f"a{agency % len(right)}", adverse, announced)
        for cause, agency, adverse, announced in ties
    ]
    picture = picture_of(causes, agencies, made)
    assert [box.key for box in picture.causes] == [key for key, _ in causes]
    for column in (picture.causes, picture.agencies):
        for above, below in itertools.pairwise(column):
            assert above.y + above.height < below.y
        for box in column:
            assert box.x >= 0
            assert box.x + box.width <= WIDTH
            assert box.y >= 0
            assert box.y + box.height <= picture.height
            assert all(box.y < line.y < box.y + box.height for line in box.lines)
    assert len(picture.curves) == len(set(made))


@given(LABELS)
def test_a_label_is_broken_and_loses_nothing_but_what_is_too_long(label):
    lines = wrapped(label, BOX - 2 * PADDING)
    assert 1 <= len(lines) <= LINES_AT_MOST
    if not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == label.replace(" ", "")


def test_agencies_names_fit():
    assert wrapped("Human Resources and Social Security Bureau", BOX - 2 * PADDING) == [
        "Human Resources",
        "and Social",
        "Security Bureau",
    ]
    assert wrapped("人力资源和社会保障局", BOX - 2 * PADDING) == ["人力资源和社会保障局"]


def test_an_empty_map_is_empty():
    assert picture_of([], [], []).curves == ()
