import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.reports.content import Kind, MarkWithout, ReportContent, recalculation_json
from tests.reports import sample


@given(name=st.text(max_size=60), score=st.integers(-1000, 2000), kind=st.sampled_from(Kind))
def test_content_comes_back_as_it_was_frozen(name, score, kind):
    content = sample.content(kind, subject_name=name, score=score).for_kind()
    assert ReportContent.from_json(content.to_json()) == content


def test_equal_contents_give_equal_bytes():
    content = sample.content()
    assert content.to_json() == replace(content).to_json()
    assert json.loads(content.to_json())["format"] == "plainmark-report/1"


@pytest.mark.parametrize("change", [{"format": "plainmark-report/2"}, {"surplus": 1}])
def test_another_format_is_refused(change):
    tree = json.loads(sample.content().to_json()) | change
    with pytest.raises((ValueError, TypeError)):
        ReportContent.from_json(json.dumps(tree).encode())


def test_a_summary_has_no_records_and_no_recalculation():
    told = sample.content(Kind.SUMMARY).for_kind()
    assert told.lines == ()
    assert recalculation_json(told) is None
    assert told.categories
    points = [float(line.points) for line in (*told.categories, *told.adjustments)]
    assert told.base + sum(points) == told.score


def test_a_counterparty_sees_only_the_mark():
    told = sample.content(Kind.COUNTERPARTY).for_kind()
    assert (told.lines, told.categories, told.factors, told.adjustments, told.recalculation) == ((), (), (), (), None)
    assert (told.score, told.band, told.disputed) == (624, "B", 1)


def test_what_was_kept_before_reports_told_the_mark_without_disputed_records_still_loads():
    tree = json.loads(sample.content().to_json())
    del tree["without_disputed"]
    assert ReportContent.from_json(json.dumps(tree).encode()).without_disputed is None


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("without", [MarkWithout(710, "A"), MarkWithout(None, None), None])
def test_every_kind_tells_the_mark_without_disputed_records(kind, without):
    told = sample.content(kind, without_disputed=without).for_kind()
    assert ReportContent.from_json(told.to_json()).without_disputed == without
