"""What each mark is worth on the common scale: exact, by the published tables."""

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.records import notations
from credit.records.notations.catalogue import commendation
from credit.records.notations.days import add_months
from credit.records.notations.details import DAYS, LABELS
from credit.records.notations.ratings import rating as rating_notation
from credit.records.notations.reading import read
from credit.records.notations.shapes import UnknownMark
from tests.records.files import as_csv, penalties, penalty, rating, ratings

DAY = date(2026, 6, 1)
HAN = re.compile(r"[\u4e00-\u9fff]")

CODES = """double-publicity-licence double-publicity-penalty court-judgment-debtors tax-grade customs-level
environment-colour public-credit-appraisal company-register-grade labour-grade immigration-grade rongcheng-points
xiamen-egret fuzhou-jasmine suzhou-osmanthus zhima commendation""".split()


def test_every_notation_of_the_contract_is_there():
    assert list(notations.all_notations()) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_notation_says_what_it_is_in_both_languages_and_where_its_table_comes_from(code):
    notation = notations.get(code)
    assert set(notation.words) == {"en", "zh-hans"}
    assert all(words.name and words.what for words in notation.words.values())
    for table in notation.tables:
        assert table.version >= 1
        assert set(table.source) == {"en", "zh-hans"}
        assert not HAN.search(table.source["en"])
        assert HAN.search(table.source["zh-hans"])
        assert not re.search("[A-Za-z]{2}", table.source["zh-hans"])
    assert notation.official == (code != "zhima")


@pytest.mark.parametrize(
    ("code", "mark", "value"),
    [
        *[("tax-grade", mark, value) for mark, value in zip("ABMCD", (1000, 400, 0, -400, -1000), strict=True)],
        ("tax-grade", " ａ ", 1000),
        ("customs-level", "Advanced  Certified", 1000),
        ("customs-level", "高级认证企业", 1000),
        ("customs-level", "certified", 600),
        ("customs-level", "REGULAR", 0),
        ("customs-level", "失信企业", -700),
        ("customs-level", "严重失信企业", -1000),
        ("environment-colour", "green", 1000),
        ("environment-colour", "蓝", 500),
        ("environment-colour", "Yellow", -300),
        ("environment-colour", "Ｒｅｄ", -700),
        ("environment-colour", "黑", -1000),
        ("public-credit-appraisal", "优", 1000),
        ("public-credit-appraisal", "良", 300),
        ("public-credit-appraisal", "c", -300),
        ("public-credit-appraisal", "差", -1000),
        *[
            (code, mark, value)
            for code in ("company-register-grade", "labour-grade", "immigration-grade")
            for mark, value in zip("ABCD", (1000, 300, -400, -1000), strict=True)
        ],
        *[
            ("rongcheng-points", mark, value)
            for mark, value in {
                "1050": 1000, "1049.99": 700, "1030": 700, "1029.5": 300, "960": 300, "959": -200,
                "850": -200, "849": -600, "600": -600, "599": -1000, "0": -1000,
            }.items()
        ],
        ("xiamen-egret", "0", -1000),
        ("xiamen-egret", "500", 0),
        ("xiamen-egret", "500.25", 0),
        ("xiamen-egret", "500.75", 2),
        ("fuzhou-jasmine", "1000", 1000),
        ("fuzhou-jasmine", "750", 500),
        ("suzhou-osmanthus", "163.25", 632),
        ("suzhou-osmanthus", "163.35", 634),
        ("suzhou-osmanthus", "100", 0),
        ("zhima", "350", -1000),
        ("zhima", "450", -650),
        ("zhima", "625", 150),
        ("zhima", "950", 1000),
        ("zhima", "701", 602),
        ("commendation", "whatever it is called", 500),
        ("double-publicity-penalty", "minor", -150),
        ("double-publicity-penalty", "一般", -500),
        ("double-publicity-penalty", "serious", -1000),
        ("double-publicity-licence", "held", 0),
        ("court-judgment-debtors", "listed", -1000),
    ],
)  # fmt: skip
def test_a_mark_is_worth_what_the_table_says(code, mark, value):
    assert notations.get(code).value_of(mark, DAY) == value


@pytest.mark.parametrize(
    ("code", "mark"),
    [
        ("tax-grade", "E"), ("customs-level", "gold"), ("environment-colour", "purple"), ("rongcheng-points", "lots"),
        ("suzhou-osmanthus", "201"), ("suzhou-osmanthus", "-1"), ("xiamen-egret", "1000.01"), ("xiamen-egret", "1.234"),
        ("zhima", "349"), ("fuzhou-jasmine", "1e2"), ("xiamen-egret", "NaN"), ("tax-grade", ""),
    ],
)  # fmt: skip
def test_a_mark_outside_the_notation_is_unknown(code, mark):
    with pytest.raises(UnknownMark):
        notations.get(code).value_of(mark, DAY)


@given(st.integers(0, 20_000))
def test_points_between_corners_are_rounded_half_to_even(hundredths):
    points = Decimal(hundredths) / 100
    exact = (points - 100) * 10
    expected = int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
    assert notations.get("suzhou-osmanthus").value_of(str(points), DAY) == expected


@pytest.mark.parametrize(
    ("decided", "published", "kind", "mark", "ends"),
    [
        ("2026/06/01", "2026/09/01", "罚款", "minor", date(2026, 9, 2)),
        ("2026/06/01", "2026/09/02", "罚款", "general", date(2026, 9, 3)),
        ("2026/06/01", "2027/06/01", "罚款", "general", date(2027, 6, 2)),
        ("2026/06/01", "2027/06/02", "警告", "serious", date(2027, 6, 3)),
        ("2026/06/01", "2040/01/01", "罚款", "serious", date(2029, 6, 1)),
        ("2026-11-30", "2027-02-28", "罚款", "minor", date(2027, 3, 1)),
        ("2026/06/01", "", "警告", "minor", date(2026, 9, 1)),
        ("2026/06/01", "", "罚款", "general", date(2027, 6, 1)),
        ("2026/06/01", "", "罚款、吊销许可证件", "serious", date(2029, 6, 1)),
        ("2026/06/01", "", "其他-责令改正", "general", date(2027, 6, 1)),
        ("2026/06/01", "", "", "general", date(2027, 6, 1)),
    ],
)
def test_a_penalty_is_as_serious_as_it_is_published_long(decided, published, kind, mark, ends):
    row = only_row(penalties(penalty(CF_JDRQ=decided, CF_GSJZQ=published, CF_CFLB=kind)), "double-publicity-penalty")
    assert (row.mark, row.ends_on) == (mark, ends)


def test_an_unknown_kind_of_penalty_matters_only_where_it_decides():
    known = only_row(penalties(penalty(CF_CFLB="训诫")), "double-publicity-penalty")
    assert known.mark == "general"
    data = penalties(penalty(CF_CFLB="训诫", CF_GSJZQ=""))
    faults = [
        f
        for batch in read(data, filename="x.csv", notation=notations.get("double-publicity-penalty"))
        for f in batch.faults
    ]
    assert [(f.column, f.code) for f in faults] == [("CF_CFLB", "value.unknown")]


@pytest.mark.parametrize(
    ("until", "ends"),
    [("2099/12/31", None), ("", None), ("2031/11/12", date(2031, 11, 13)), ("2099/12/30", date(2099, 12, 31))],
)
def test_a_licence_is_held_until_the_day_after_its_last(until, ends):
    headings = "XK_XDR_MC,XK_XDR_LB,XK_XDR_SHXYM,XK_WSH,XK_JDRQ,XK_YXQZI,XK_XKJG".split(",")
    data = as_csv(headings, [["示例", "个体工商户", rating()[1], "1号", "2026/06/01", until, "示例局"]])
    row = only_row(data, "double-publicity-licence")
    assert (row.ends_on, row.value, row.mark) == (ends, 0, "held")


def test_a_court_listing_ends_after_two_years():
    data = b'[{"iname":"a","type":1,"cardNum":"%s","caseCode":"1","courtName":"c","publishDate":"2024-02-29"}]'
    row = only_row(data % rating()[1].encode(), "court-judgment-debtors", "court.json")
    assert (row.ends_on, row.value, row.kind) == (date(2026, 2, 28), -1000, "uscc")


def test_a_rating_keeps_the_mark_as_it_was_stated():
    assert only_row(ratings(rating(mark=" ａ ")), "tax-grade").mark == "ａ"
    assert only_row(ratings(rating(ends_on="")), "tax-grade").ends_on is None


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_table_must_say_in_each_language_where_it_comes_from(language, tmp_path):
    whole = Path(commendation.__file__).with_suffix(".toml").read_text(encoding="utf-8")
    lines = [line for line in whole.splitlines() if not line.startswith(f"source.{language} ")]
    (tmp_path / "half.toml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(KeyError):
        rating_notation(str(tmp_path / "half.py"))


def test_the_details_that_pages_write_as_days_are_the_date_columns_that_are_kept():
    columns = [
        column
        for notation in notations.all_notations().values()
        for layout in notation.layouts
        for column in layout.columns
        if column.keep
    ]
    assert {column.keep for column in columns if column.kind == "date"} == set(DAYS)
    assert {column.keep for column in columns} == set(LABELS)


def test_months_end_where_the_month_does():
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2024, 2, 29), 24) == date(2026, 2, 28)


def only_row(data: bytes, notation: str, filename: str = "file.csv"):
    """The one sound row of a file."""
    batches = list(read(data, filename=filename, notation=notations.get(notation)))
    assert [fault for batch in batches for fault in batch.faults] == []
    (row,) = [row for batch in batches for row in batch.rows]
    return row
