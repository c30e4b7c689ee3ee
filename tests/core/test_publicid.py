"""Public ids: random, readable, each letter as likely as every other."""

from collections import Counter

import pytest

from credit.core.publicid import ALPHABET, PATTERN, new_public_id, new_public_ids


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_many_at_once_look_like_one(groups):
    found = list(new_public_ids(500, groups))
    assert len(set(found)) == 500
    assert all(PATTERN.match(public_id) and len(public_id) == len(new_public_id(groups)) for public_id in found)


def test_every_letter_is_as_likely_as_every_other():
    counts = Counter("".join(new_public_ids(20_000)).replace("-", ""))
    assert set(counts) == set(ALPHABET)
    expected = 160_000 / len(ALPHABET)
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_square < 75  # 27 degrees of freedom: less than once in 100,000 runs
