"""Every sample file answers as tests/golden/intake/answers.json says, fault by fault."""

import json
from pathlib import Path
from typing import Any

import pytest

from credit.records import notations
from credit.records.notations.reading import FileRefused, read

FOLDER = Path(__file__).parents[1] / "golden" / "intake"
ANSWERS: dict[str, dict[str, Any]] = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("batch_rows", [5_000, 7])
@pytest.mark.parametrize("name", ANSWERS)
def test_a_sample_file_answers_as_it_should(name, batch_rows):
    answer = ANSWERS[name]
    readings = read(
        (FOLDER / name).read_bytes(), filename=name, notation=notations.get(answer["notation"]), batch_rows=batch_rows
    )
    if "file_fault" in answer:
        with pytest.raises(FileRefused) as refused:
            list(readings)
        assert [fault.code for fault in refused.value.faults] == [answer["file_fault"]]
        assert all(fault.line is None for fault in refused.value.faults)
        return
    batches = list(readings)
    assert sum(batch.read for batch in batches) == answer["rows"]
    assert sum(len(batch.rows) for batch in batches) == answer["accepted"]
    found = [{"line": f.line, "code": f.code, "column": f.column} for batch in batches for f in batch.faults]
    assert found == answer["faults"]
