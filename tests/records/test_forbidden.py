"""What is never stored is refused whole: as a heading, as a key inside a cell, as a category, as a notation."""

import json
from pathlib import Path

import pytest

from credit.records import notations
from credit.records.notations.headings import forbidden, forbidden_value
from credit.records.notations.reading import FileRefused, read
from credit.records.notations.tables import load
from tests.records.files import PENALTY, as_csv, penalties, penalty
from tests.records.test_odd_files import entry

COURT, PENALTIES = "court-judgment-debtors", "double-publicity-penalty"


def refusal(data: bytes, notation: str, filename: str):
    """(column, code, expected) of a file that is refused whole; None if it is read."""
    try:
        list(read(data, filename=filename, notation=notations.get(notation), batch_rows=2))
    except FileRefused as refused:
        (fault,) = refused.faults
        assert fault.line is None
        return fault.column, fault.code.value, fault.expected
    return None


@pytest.mark.parametrize("cell", [{"religion": "x"}, [{"a": {"bloodType": "A"}}], {"宗 教信仰": None}, [[{"民族": 1}]]])
@pytest.mark.parametrize("ending", ["json", "ndjson"])
def test_a_key_inside_a_value_is_a_heading_too(cell, ending):
    entries = [entry(1), entry(2, duty=cell)]
    text = json.dumps(entries) if ending == "json" else "\n".join(map(json.dumps, entries))
    column, code, expected = refusal(text.encode(), COURT, f"file.{ending}")
    assert (code, bool(column), bool(expected)) == ("file.forbidden_column", True, True)


def test_a_harmless_key_inside_a_value_is_kept():
    assert refusal(json.dumps([entry(1, duty={"amount": 3})]).encode(), COURT, "file.json") is None


def test_a_key_inside_a_cell_of_text_is_a_heading_too():
    rows = [penalty(n, CF_CFLB="罚款") for n in (1, 2, 3)]
    kept = [*PENALTY, "CF_SY"]
    data = as_csv(kept, [[*rows[0], ""], [*rows[1], "{not json"], [*rows[2], '{"note": [{"Political-Views": "x"}]}']])
    assert refusal(data, PENALTIES, "file.csv") == ("Political-Views", "file.forbidden_column", "political opinion")


@pytest.mark.parametrize("category", forbidden(), ids=lambda category: category.name)
def test_a_row_of_a_forbidden_category_refuses_the_file(category):
    for name in (category.name_zh, category.chinese[0]):
        data = as_csv([*PENALTY, "CF_WFXW"], [[*penalty(1), ""], [*penalty(2), ""], [*penalty(3), f" {name} "]])
        assert refusal(data, PENALTIES, "file.csv") == ("CF_WFXW", "file.forbidden_column", category.name)
    assert forbidden_value(category.name) == category


def test_a_value_that_only_mentions_one_is_no_category():
    data = as_csv([*PENALTY, "CF_WFXW"], [[*penalty(1), "未经许可举办宗教活动场所"]])
    assert refusal(data, PENALTIES, "file.csv") is None
    assert refusal(penalties(penalty(1)), PENALTIES, "file.csv") is None


@pytest.mark.parametrize("line", ['category = "religion"', 'category = "blood-type"'])
def test_no_notation_is_of_a_forbidden_category(tmp_path, line):
    table = tmp_path / "belief_grade.toml"
    shipped = Path(notations.__path__[0]) / "catalogue" / "tax_grade.toml"
    table.write_text(shipped.read_text(encoding="utf-8").replace('category = "tax"', line), encoding="utf-8")
    with pytest.raises(ValueError, match="never"):
        load(str(tmp_path / "belief_grade.py"), readers={"rating": lambda *_: iter(())})
