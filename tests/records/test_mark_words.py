"""Agencies' own marks are shown in the language of the page, letters and points as they are."""

import pytest
from django.utils import translation

from credit.records import notations
from credit.records.words import mark_in_words


@pytest.mark.parametrize(
    ("code", "mark", "english", "chinese"),
    [
        ("environment-colour", "yellow", "yellow", "黄"),
        ("environment-colour", "Ｒｅｄ", "red", "Ｒｅｄ"),
        ("environment-colour", "绿", "green", "绿"),
        ("customs-level", "certified", "certified", "认证企业"),
        ("customs-level", "严重失信企业", "seriously dishonest", "严重失信企业"),
        ("double-publicity-penalty", "serious", "serious", "严重"),
        ("public-credit-appraisal", "优", "excellent", "优"),
        ("public-credit-appraisal", "A", "A", "A"),
        ("tax-grade", "M", "M", "M"),
        ("rongcheng-points", "1036", "1036", "1036"),
    ],
)
def test_a_mark_is_shown_in_the_language_of_the_page(code, mark, english, chinese):
    notation = notations.get(code)
    with translation.override("en"):
        assert mark_in_words(notation, mark) == english
    with translation.override("zh-hans"):
        assert mark_in_words(notation, mark) == chinese
