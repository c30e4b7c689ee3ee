"""Which records and bands bring which measures, against a slow rule written out in plain Python."""

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from credit.measures.matching import BANDS, FACTS, Entry, Trigger, causes, next_day

TODAY = date(2026, 11, 23)
DAYS = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))
CATEGORIES, NOTATIONS = ["tax", "market"], ["tax-grade", "double-publicity-penalty"]


@st.composite
def facts(draw):
    rows = []
    for record in range(draw(st.integers(0, 8))):
        start = draw(DAYS)
        end = draw(st.none() | st.integers(1, 60).map(lambda days, start=start: start + timedelta(days=days)))
        rows.append(
            {
                "subject": draw(st.integers(1, 2)),
                "company": False,
                "record": record,
                "public_id": f"R{record}",
                "category": draw(st.sampled_from(CATEGORIES)),
                "kind": draw(st.sampled_from(["rating", "event"])),
                "agency": draw(st.integers(1, 2)),
                "notation": draw(st.sampled_from(NOTATIONS)),
                "value": draw(st.sampled_from([-1000, -500, -150, 0, 400, 1000])),
                "valid_from": start,
                "valid_to": end,
            }
        )
        rows[-1]["company"] = rows[-1]["subject"] == 2
    return rows


TRIGGERS = st.builds(
    Trigger,
    categories=st.sampled_from([(), ("tax",), ("tax", "market")]),
    notations=st.sampled_from([(), ("tax-grade",)]),
    at_most=st.sampled_from([None, -500, 0]),
    at_least=st.sampled_from([None, 400]),
)
ENTRIES = st.lists(
    st.tuples(TRIGGERS, st.booleans(), st.booleans()),
    max_size=4,
).map(lambda made: [Entry(pk, people, firms, trigger) for pk, (trigger, people, firms) in enumerate(made)])


def counts(row, rows):
    if not (row["valid_from"] <= TODAY and (row["valid_to"] is None or row["valid_to"] > TODAY)):
        return False
    rivals = [
        other
        for other in rows
        if other["kind"] == row["kind"] == "rating"
        and all(other[key] == row[key] for key in ("subject", "category", "agency", "notation"))
        and other["valid_from"] <= TODAY
        and (other["valid_to"] is None or other["valid_to"] > TODAY)
    ]
    return not rivals or row is max(rivals, key=lambda one: (one["valid_from"], one["public_id"]))


def fits(row, entry):
    wanted = entry.trigger
    return (
        (entry.companies if row["company"] else entry.individuals)
        and (not wanted.categories or row["category"] in wanted.categories)
        and (not wanted.notations or row["notation"] in wanted.notations)
        and (wanted.at_most is None or row["value"] <= wanted.at_most)
        and (wanted.at_least is None or row["value"] >= wanted.at_least)
    )


@given(facts(), ENTRIES)
def test_the_columns_say_what_the_slow_rule_says(rows, entries):
    found = causes(pl.DataFrame(rows, schema=FACTS, orient="row"), pl.DataFrame(schema=BANDS), entries, TODAY)
    got = set(found.select("subject", "entry", "record", "ends_on").iter_rows())
    slow = {
        (row["subject"], entry.pk, row["record"], row["valid_to"])
        for row in rows
        for entry in entries
        if counts(row, rows) and fits(row, entry)
    }
    assert got == slow
    assert found.height == len(slow)


@given(facts())
def test_nothing_changes_before_the_next_day(rows):
    frame = pl.DataFrame(rows, schema=FACTS, orient="row")
    entry = [Entry(1, True, True, Trigger(at_most=1000))]
    bands = pl.DataFrame(schema=BANDS)
    days = dict(next_day(frame, TODAY).iter_rows())
    for subject in {row["subject"] for row in rows}:
        own = frame.filter(pl.col("subject") == subject)
        before = set(causes(own, bands, entry, TODAY)["record"])
        for later in range(1, 101):
            day = TODAY + timedelta(days=later)
            if subject in days and day >= days[subject]:
                break
            assert set(causes(own, bands, entry, day)["record"]) == before


def test_bands_bring_their_measures_to_whom_they_are_for():
    bands = pl.DataFrame([(1, False, "D"), (2, True, "D"), (3, False, "C"), (4, False, "")], schema=BANDS, orient="row")
    entry = Entry(7, individuals=True, companies=False, trigger=Trigger(bands=("D",)))
    found = causes(pl.DataFrame(schema=FACTS), bands, [entry], TODAY)
    assert found.rows() == [(1, 7, None, "D", None)]
