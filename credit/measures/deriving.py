"""Deriving measures: what is wanted by records, bands and lists is opened, what isn't any more is closed.

Nobody pushes: the sweep asks whose measures are stale, and a page brings its own subject's up to date before it shows
them. So no page shows a measure whose record no longer counts. Both take the same steps, under the same locks.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from django.db import connection, transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from credit.access.actors import system_actor
from credit.core.clock import business_date
from credit.core.errors import Unavailable
from credit.core.policy import Field, Permit, System, touch
from credit.ledger import actions as ledger
from credit.measures import sets
from credit.measures.matching import BANDS, FACTS, causes, next_day
from credit.measures.models import Derivation, ListEntry, PublishedList
from credit.measures.objections import lapse
from credit.records.models import RecordVersion
from credit.scoring import actions as scoring
from credit.scoring.mark import Mark
from credit.scoring.models import Scheme, Score, ScoreQuerySet
from credit.subjects.actions import family_of
from credit.subjects.models import Subject

CHUNK = 5_000
"""Subjects in one transaction of the sweep; what is killed goes on where it stopped."""

COLUMNS = (
    "subject_id",
    "company",
    "record_id",
    "record__public_id",
    "category",
    "kind",
    "record__agency_id",
    "record__notation",
    "value",
    "valid_from",
    "valid_to",
)
PORTAL = system_actor(System.MEASURES)


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists in force on a day: `key` names them for derivations."""

    key: str
    entries: list[ListEntry]

    @property
    def staged(self) -> pl.DataFrame:
        """What the sets need to know of each entry."""
        rows = [(entry.pk, entry.key, entry.notice_days) for entry in self.entries]
        return pl.DataFrame(rows, schema={"entry": pl.Int64, "key": pl.String, "notice_days": pl.Int64}, orient="row")


@dataclass(frozen=True, slots=True)
class Swept:
    """What a run did."""

    subjects: int
    changed: int


def lists_on(day: date) -> Lists:
    """The versions in force on a day, with their entries."""
    lists = list(PublishedList.objects.in_force(day))
    return Lists(_key(lists), list(ListEntry.objects.of(lists)) if lists else [])


def bring_up_to_date(permit: Permit, *, now: datetime, mark: Mark | None = None) -> None:
    """Derive the measures of the permit's subject anew, unless nothing can have changed. `mark`: today's, where the
    caller has it already. Raises NotAllowed.

    Files that were joined with this one are looked at too: what followed from their records there is over.
    """
    permit.require(Field.MEASURES)
    today = business_date(now)
    found = mark or mark_if_any(permit, now=now)
    family = family_of(Subject(pk=permit.subject_id))
    bands = {pk: (found.band or "") if found and pk == permit.subject_id else "" for pk in family}
    fresh = Derivation.objects.fresh(today, _key(PublishedList.objects.in_force(today)))
    if dict(fresh.filter(subject__in=family).values_list("subject_id", "band")) == bands:
        return
    with transaction.atomic():
        sets.lock(family)
        subject = Subject.objects.only("public_id").get(pk=permit.subject_id)
        _derive(bands, lists_on(today), about=subject, now=now)


def sweep(*, now: datetime, seconds: float | None = None) -> Swept:
    """Derive the measures of everybody whose are stale, chunk by chunk; each is one transaction with its entry.

    Whose mark is stale waits until it is made anew. `seconds` bounds the time; what is left stays stale, for the next
    run. Raises Unavailable where no scheme is published.
    """
    touch(System.MEASURES, Field.MEASURES)
    started, today = time.monotonic(), business_date(now)
    scheme, lists = scoring.scheme_in_force(today), lists_on(today)
    subjects = changed = last = 0
    done = False
    while not done and (seconds is None or time.monotonic() - started < seconds):
        with transaction.atomic():
            stale = list(
                _stale(scheme, today, lists.key)
                .filter(subject_id__gt=last)
                .values_list("subject_id", flat=True)[:CHUNK]
            )
            sets.lock(stale)
            # Once more, now that nobody else can be at them: somebody may have been, or a mark has gone stale.
            still = _stale(scheme, today, lists.key).filter(subject_id__in=stale)
            bands = {score.subject_id: "" if score.subject.merged_into_id else score.band or "" for score in still}
            changed += _derive(bands, lists, about=None, now=now) if bands else 0
        subjects, last, done = subjects + len(bands), max(stale, default=last), len(stale) < CHUNK
    return Swept(subjects, changed)


def mark_if_any(permit: Permit, *, now: datetime) -> Mark | None:
    """Today's mark; None where no scheme is published. Raises NotAllowed."""
    try:
        return scoring.mark_of(permit, now=now)
    except Unavailable:
        return None


def _key(lists: Iterable[PublishedList]) -> str:
    return ",".join(one.public_id for one in lists)


def _stale(scheme: Scheme, today: date, key: str) -> ScoreQuerySet:
    """The fresh marks of subjects whose measures were derived from something else, in the order of the subjects."""
    band = Case(When(subject__merged_into__isnull=False, then=Value("")), default=Coalesce("band", Value("")))
    marks = Score.objects.opened_to(System.MEASURES).filter(scheme=scheme).fresh(today).annotate(wanted_band=band)
    derived = Derivation.objects.fresh(today, key).filter(subject=OuterRef("subject_id"), band=OuterRef("wanted_band"))
    return marks.filter(~Exists(derived)).select_related("subject").order_by("subject_id")


def _derive(bands: Mapping[int, str], lists: Lists, *, about: Subject | None, now: datetime) -> int:
    """Bring the measures of subjects (their bands: "" for none) in line, inside the caller's transaction and locks;
    returns how many changed."""
    today, subjects = business_date(now), sorted(bands)
    # Revisions are read before the records: a change in between leaves measures that are stale, never wrong ones.
    files = list(Subject.objects.filter(pk__in=subjects).order_by("pk").values_list("pk", "revision", "kind"))
    facts = load_facts(subjects)
    kinds = [(pk, kind == Subject.Kind.COMPANY, bands[pk]) for pk, _revision, kind in files]
    wanted = causes(facts, pl.DataFrame(kinds, schema=BANDS, orient="row"), [one.rule for one in lists.entries], today)
    sets.stage(wanted, lists.staged)
    named = {"subjects": subjects, "today": today, "now": now}
    closed = sets.changed(sets.CLOSE, **named)
    if closed:
        lapse(closed, by=PORTAL, now=now)
    sets.changed(sets.UNBAR, **named)
    opened = sets.changed(sets.OPENED, **named)
    started = sets.changed(sets.START, **named)
    sets.changed(sets.EXPECT, **named)
    revisions = {pk: revision for pk, revision, _kind in files}
    days = dict(next_day(facts, today).iter_rows())
    sets.note_derived(revisions, bands, days, lists=lists.key, today=today)
    if closed or opened or started:
        ledger.note("measures.derived", by=PORTAL, about=about, at=now, opened=opened, started=started, over=closed)
    return len(closed) + len(opened) + len(started)


def load_facts(subjects: Collection[int]) -> pl.DataFrame:
    """The records of subjects that stand and aren't withheld, in force or not, with the columns of FACTS."""
    versions = RecordVersion.objects.opened_to(System.MEASURES).counting().filter(subject_id__in=subjects)
    company = Q(subject__kind=Subject.Kind.COMPANY)
    query, values = versions.annotate(company=company).values_list(*COLUMNS).query.sql_with_params()
    text = connection.ops.compose_sql(query, values)  # type: ignore[attr-defined]  # PostgreSQL's backend has it
    with connection.cursor() as cursor, cursor.copy(f"COPY ({text}) TO STDOUT (FORMAT csv)") as copy:
        rows = b"".join(copy)
    if not rows:
        return pl.DataFrame(schema=FACTS)
    read = pl.read_csv(rows, has_header=False, schema={**FACTS, "company": pl.String()})
    return read.with_columns(pl.col("company") == "t")
