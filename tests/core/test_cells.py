"""Cells of tables that people open in a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.core.cells import BOM, FORMULA_STARTS, csv_file, safe_cell


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_text_that_could_be_a_formula_is_quoted(start):
    assert safe_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    assert safe_cell(f"  {start}1") == f"'  {start}1"


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, ""), (True, "true"), (False, "false"), (-500, "-500"), (1.5, "1.5"), ("a-b", "a-b"), ("罚1号", "罚1号")],
)
def test_numbers_and_plain_texts_stay_as_they_are(value, said):
    assert safe_cell(value) == said


@given(st.lists(st.text(), min_size=1))
def test_every_cell_comes_back_and_none_runs(texts):
    rows = [{"text": text} for text in texts]
    data = csv_file(["text"], rows).decode()
    assert data.startswith(BOM)
    back = [row[0] if row else "" for row in csv.reader(io.StringIO(data.removeprefix(BOM), newline=""))][1:]
    assert len(back) == len(texts)
    for cell, text in zip(back, texts, strict=True):
        assert cell.removeprefix("'") == text.replace("\0", "").removeprefix("'")
        assert not cell.startswith(FORMULA_STARTS)
