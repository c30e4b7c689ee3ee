"""Everybody, part by part, as an impact assessment counts them: their groups, and the facts of their files."""

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from credit.core.policy import System
from credit.scoring.bulk import factsfile, loading
from credit.scoring.impact.comparing import Comparison
from credit.scoring.impact.groups import NOBODY_KNOWS, OF_KIND, READERS, Groups, groups_of
from credit.scoring.impact.tallies import Part
from credit.scoring.rules import KINDS, Kind, SchemeRules
from credit.subjects.models import Subject, SubjectIdentifier
from credit.vault import actions as vault

PART = 20_000
"""Subjects counted by one task: some seconds of work, and some tens of MiB."""


def ranges() -> list[tuple[int, int]]:
    """Ranges of subjects' ids, each with PART of them, together everybody; one empty range where there is nobody."""
    ids = Subject.objects.order_by("pk").values_list("pk", flat=True)
    lasts = [pk for place, pk in enumerate(ids.iterator(chunk_size=50_000), start=1) if place % PART == 0]
    end = ids.last() or 0
    if not lasts or lasts[-1] < end:
        lasts.append(end)
    return list(zip([1, *(last + 1 for last in lasts)], lasts, strict=False))


def parts_of(first: int, last: int, comparison: Comparison) -> Iterator[Part]:
    """The subjects with ids from `first` to `last`, kind by kind. Files that were joined with another are no others."""
    found = Subject.objects.filter(pk__gte=first, pk__lte=last, merged_into=None)
    kinds = dict(found.values_list("pk", "kind"))
    groups = _groups(first, last, comparison.as_of)
    on_file = factsfile.in_order(loading.facts_between(first, last + 1))
    for kind in KINDS:
        subjects = [pk for pk, its in kinds.items() if its == kind]
        if subjects:
            facts = facts_of(on_file, subjects, comparison.facts_known(kind))
            yield Part(kind, _people(kind, subjects, groups), facts)


def facts_of(on_file: pl.DataFrame, subjects: list[int], rules: SchemeRules) -> pl.DataFrame:
    """What is on file on these subjects in the categories of the rules, with the columns of `engine.FACTS`."""
    known = [category.code for category in rules.categories]
    return on_file.filter(pl.col("subject").is_in(subjects), pl.col("category").is_in(known))


def _people(kind: Kind, subjects: list[int], groups: Mapping[int, Groups]) -> pl.DataFrame:
    of_each = [groups.get(pk, NOBODY_KNOWS) for pk in subjects]
    columns = {name: [getattr(one, name) for one in of_each] for name in OF_KIND[kind]}
    schema = {"subject": pl.Int64(), **dict.fromkeys(columns, pl.String())}
    return pl.DataFrame({"subject": subjects, **columns}, schema=schema)


def _groups(first: int, last: int, on: date) -> dict[int, Groups]:
    """The groups of each file with a number; worked out here and kept nowhere."""
    opened = SubjectIdentifier.objects.opened_to(System.IMPACT).filter(kind__in=list(READERS))
    own = opened.filter(subject_id__gte=first, subject_id__lte=last, subject__merged_into=None)
    joined = opened.filter(subject__merged_into__gte=first, subject__merged_into__lte=last)
    read = vault.identifier_reader()
    numbers: dict[int, list[tuple[str, str]]] = {}
    for path, some in (("subject_id", own), ("subject__merged_into", joined)):
        for subject, kind, token in some.values_list(path, "kind", "token").iterator(chunk_size=PART):
            numbers.setdefault(subject, []).append((kind, read(kind, bytes(token))))
    return {subject: groups_of(its, on) for subject, its in numbers.items()}
