"""The calculator: for anyone, by the same engine as real marks, whatever is sent; nothing of it is kept."""

import json
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit.scoring.calculatorforms import MOST
from credit.scoring.document import answer, parse, recalculate
from credit.scoring.madeup import examples
from credit.scoring.recordchoices import BadNumber, Choice, UnknownMark, choices
from credit.scoring.sums import added_up, worked
from tests.examples import tries
from tests.scoring.reference import answer_of
from tests.scoring.test_differences import TREE, Says

CHOICES = [value for _title, options in choices() for value, _label in options]
NUMBERS = ["", "0", "-1", "1", "0.125", "−0.5", "500", "1036", "1e3", "NaN", "x", "0.1234", "٣", "1000000", "-", "\x00"]
DAYS = ["", "2026-11-23", "2025-02-29", "0001-01-01", "9999-12-31", "23.11.2026", "2020-01-01", "2030-06-30"]


def sent(rows, *, scheme="open-1", kind="company", as_of="2026-11-23", **more):
    """What a browser sends."""
    data = {"scheme": scheme, "kind": kind, "as_of": as_of, "r-TOTAL_FORMS": len(rows), "r-INITIAL_FORMS": 0, **more}
    for number, row in enumerate(rows):
        data |= {f"r-{number}-{name}": value for name, value in row.items()}
    return data


def row(what, since="2026-01-01", last_day="", number="", **more):
    return {"what": what, "decided_on": since, "last_day": last_day, "number": number, **more}


def ask(data, **headers):
    return Client().post("/calculator", data, headers=headers)


def text_of(response):
    return " ".join(response.content.decode().split())


GOOD = [
    row("tax-grade|B|tax"),
    row("double-publicity-penalty|general|environment", last_day="2027-06-30", disputed="on"),
    row("rongcheng-points|#|city", number="1036"),
    row("own|event|labour", last_day="2026-12-31", number="-0.75"),
    row("own|rating|customs", number="1"),
    row("court-judgment-debtors|listed|judicial", since="2027-01-01"),
]


@pytest.mark.parametrize("kind", ["individual", "company"])
def test_its_answer_is_the_engines_and_the_slow_references(scheme, kind):
    document = json.loads(ask(sent(GOOD, kind=kind, download="1")).content)
    assert {**answer_of(document)} == document["answer"]
    assert answer(recalculate(parse(json.dumps(document).encode()))) == document["answer"]
    assert len(document["records"]) == len(GOOD)
    page = text_of(ask(sent(GOOD, kind=kind)))
    assert f'<span class="pm-mark__number">{document["answer"]["score"]}</span>' in page


def test_the_lines_on_the_page_add_up_to_the_mark(scheme):
    page = text_of(ask(sent(GOOD)))
    table = page[page.index("Where everybody starts") : page.index("</table>")]
    numbers = [
        int(number.replace("−", "-").replace(".", "")) for number in re.findall(r'pm-number">([+−]?\d+\.\d)<', table)
    ]
    assert sum(numbers[:-1]) == numbers[-1]
    assert len(numbers) >= 6
    assert "It isn&#x27;t in force yet." in table


def test_people_and_companies_may_get_different_marks(scheme):
    rows = [row("customs-level|advanced certified|customs")]
    marks = [
        json.loads(ask(sent(rows, kind=kind, download="1")).content)["answer"]["score"]
        for kind in ("individual", "company")
    ]
    assert marks == [630, 680]


def test_without_records_there_is_no_mark_and_the_page_says_why(scheme):
    response = ask(sent([{}, {}, {}]))
    assert response.status_code == 200
    assert "nobody gets a mark out of nothing" in text_of(response)


def test_it_starts_empty_or_with_an_example(scheme):
    page = text_of(Client().get("/calculator"))
    assert "Calculate" in page
    assert 'id="result"' not in page
    filled = Client().get("/calculator", {"example": "company", "kind": "company", "scheme": "open-1"})
    forms = filled.context["records"].forms
    assert [form.initial["what"] for form in forms if form.initial][:2] == [
        "tax-grade|B|tax",
        "customs-level|certified|customs",
    ]
    for odd in ({"example": "x"}, {"kind": "x", "scheme": "x"}, {"scheme": "\x00"}):
        assert Client().get("/calculator", odd).status_code == 200


def test_another_record_is_added_and_what_was_written_stays_without_complaint(scheme):
    rows = [row("tax-grade|B|tax", since="nonsense"), {}]
    page = ask(sent(rows, add="1"))
    assert len(page.context["records"].forms) == 3
    text = text_of(page)
    assert 'value="nonsense"' in text
    assert "There is a problem" not in text


def test_there_is_an_end_to_adding(scheme):
    page = ask(sent([row("tax-grade|A|tax")] * MOST, add="1"))
    assert len(page.context["records"].forms) == MOST
    assert 'name="add"' not in text_of(page)
    assert ask(sent([row("tax-grade|A|tax")] * (MOST + 3))).status_code == 422


@pytest.mark.parametrize(
    ("bad", "field", "says"),
    [
        (row("rongcheng-points|#|city"), "number", "Write points"),
        (row("xiamen-egret|#|city", number="2000"), "number", "0–1000"),
        (row("own|event|tax", number="1.5"), "number", "from −1 (worst) to +1 (best)"),
        (row("own|event|tax", number="0.1234"), "number", "at most three decimals"),
        (row("tax-grade|B|tax", since=""), "decided_on", "Write the day."),
        (row("tax-grade|B|tax", since="2026-02-30"), "decided_on", "2026-11-23"),
        (row("tax-grade|B|tax", last_day="2025-12-31"), "last_day", "before the first one"),
        (row("tax-grade|B|tax", last_day="9999-12-31"), "last_day", "Leave it empty"),
        (row("nonsense"), "what", "nonsense"),
        (row(""), "what", "Choose what is on record."),
    ],
)
def test_each_fault_is_told_at_its_field(scheme, bad, field, says):
    page = ask(sent([row("tax-grade|A|tax"), bad]))
    assert page.status_code == 422
    assert says in " ".join(page.context["records"].forms[1].errors[field])
    assert f"#id_r-1-{field}" in text_of(page)


def test_a_mark_that_the_days_table_does_not_know_is_told(scheme, monkeypatch):
    """No notation has lost a mark yet; one may."""
    monkeypatch.setattr("credit.scoring.calculatorforms.Choice.parse", lambda text: Choice("tax-grade", "Z", "tax"))
    page = ask(sent([row("tax-grade|B|tax")]))
    assert page.status_code == 422
    assert "didn&#x27;t know that on this day. It knew: A, B, M, C, D." in text_of(page)


def test_every_choice_can_be_added_up(scheme):
    for value in CHOICES:
        choice = Choice.parse(value)
        for day in (date(2026, 11, 1), date(2020, 1, 1)):
            try:
                record = choice.record(
                    "1" if choice.asks_for_number else "", decided_on=day, ends_on=None, disputed=False
                )
            except (BadNumber, UnknownMark):
                continue
            assert added_up(scheme, "company", [record], date(2026, 11, 23)).lines[0].signed
            break
        else:
            assert choice.asks_for_number, value


def test_nothing_is_kept_and_no_subject_is_read(scheme):
    with CaptureQueriesContext(connection) as queries:
        assert ask(sent(GOOD)).status_code == 200
    texts = [query["sql"] for query in queries]
    assert all(text.startswith("SELECT") and "scoring_scheme" in text for text in texts), texts
    assert len(texts) <= 3


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_speaks_the_readers_language(scheme, language):
    page = text_of(ask(sent(GOOD), **{"accept-language": language}))
    assert ("逐项计算" in page) is (language == "zh-hans")


ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "what": st.sampled_from([*CHOICES[::7], "own|event|tax", "", "a|b", "x"]) | st.text(max_size=5),
            "number": st.sampled_from(NUMBERS) | st.text(max_size=14),
            "decided_on": st.sampled_from(DAYS) | st.text(max_size=12),
            "last_day": st.sampled_from(DAYS) | st.text(max_size=12),
            "disputed": st.sampled_from(["on", "", "x"]),
        },
    ),
    max_size=4,
)
TOP = st.fixed_dictionaries(
    {},
    optional={
        "scheme": st.sampled_from(["open-1", "open-9", ""]),
        "kind": st.sampled_from(["individual", "company", "x", ""]),
        "as_of": st.sampled_from(DAYS),
        "r-TOTAL_FORMS": st.sampled_from(["0", "3", "-1", "x", "", "99999999999999999999"]),
        "r-INITIAL_FORMS": st.sampled_from(["0", "3", "x"]),
        "add": st.just("1"),
        "download": st.just("1"),
    },
)


@settings(max_examples=tries(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, top=TOP)
def test_whatever_is_sent_it_answers_or_says_what_is_wrong(scheme, rows, top):
    response = ask({**sent(rows), **top})
    assert response.status_code in (200, 422)
    if response.status_code == 422:
        assert "There is a problem" in text_of(response)
    elif response["Content-Type"] == "application/json":
        document = json.loads(response.content)
        assert answer_of(document) == document["answer"]


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), which=st.sampled_from(range(len(examples()))))
def test_the_worked_examples_are_sums_of_all_their_lines(day, which):
    found = worked(Says(TREE), examples()[which], day).sum
    assert found.score is not None
    assert (
        found.rules.base * 10
        + sum(line.tenths or 0 for line in found.lines)
        + sum(step.tenths for step in found.adjustments)
        == found.score * 10
    )
    assert all(line.record.decided_on <= day - timedelta(days=1) for line in found.lines)
    assert answer_of(found.document) == found.document["answer"]
