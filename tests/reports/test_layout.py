"""The page of a report says what it must, in the report's own language, for each kind."""

import pytest

from credit.reports.content import Kind, Language, MarkWithout
from credit.reports.layout import lay_out
from tests.reports import sample


def text(kind, language, **changes):
    content = sample.content(kind, language, **changes).for_kind()
    return " ".join(lay_out(content, issuer="Plainmark", url="https://example.org/verify/X").html.split())


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("language", "without", "said"),
    [
        (Language.ENGLISH, MarkWithout(710, "A"), "Without them the mark would be <strong>710</strong>, band A."),
        (Language.ENGLISH, MarkWithout(310, None), "Without them the mark would be <strong>310</strong>."),
        (Language.ENGLISH, MarkWithout(None, None), "Without them there would be no mark"),
        (Language.CHINESE, MarkWithout(710, "A"), "信用分为 <strong>710</strong>，等级 A。"),
        (Language.CHINESE, MarkWithout(None, None), "余下的记录太少，不予评分"),
    ],
)
def test_every_kind_says_the_mark_without_disputed_records(kind, language, without, said):
    assert said in text(kind, language, without_disputed=without)
    assert said not in text(kind, language)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("language", "said"), [(Language.ENGLISH, "so none is given"), (Language.CHINESE, "不予评分")])
def test_without_a_mark_every_kind_says_why_and_makes_none_up(kind, language, said):
    page = text(kind, language, score=None, band=None, band_meaning="", adjustments=(), factors=())
    assert said in page
    assert "600" not in page
    assert said not in text(kind, language)
