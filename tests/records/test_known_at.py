"""What the portal said at a moment has an exact answer, whatever has happened since."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.clock import business_date
from credit.core.errors import DomainError
from credit.core.policy import Permit, Purpose
from credit.records import actions
from credit.records.models import Record, RecordVersion, Submission
from credit.records.statements import CONTENT
from credit.scoring import actions as scoring
from credit.scoring.actions import mark_of
from credit.subjects.models import Subject
from tests import factories
from tests.examples import tries
from tests.records.conftest import Office, newest, versions_of
from tests.records.files import rating, ratings
from tests.reports.world import SCHEME

DAY = timedelta(days=1)
DOCUMENTS = ("doc1", "doc2", "doc3")
FLAGS = ("disputed", "withheld", "struck")
db = pytest.mark.django_db
quick = settings(max_examples=tries(15), suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)

MARKS = st.sampled_from("ABCD")
DOCUMENT = st.sampled_from(DOCUMENTS)
ENDS = st.integers(-20, 40)
PUBLISH = st.tuples(st.just("publish"), st.dictionaries(DOCUMENT, st.tuples(MARKS, ENDS), min_size=1))
DECIDE = st.one_of(
    st.tuples(st.just("correct-mark"), DOCUMENT, MARKS),
    st.tuples(st.just("correct-end"), DOCUMENT, ENDS),
    st.tuples(st.sampled_from(["strike", "repair"]), DOCUMENT),
)
FLAG = st.tuples(st.sampled_from(["dispute", "undispute", "withhold", "show"]), DOCUMENT)
WITHDRAW = st.tuples(st.just("withdraw"), st.integers(0, 5))
EXPIRE = st.just(("expire",))


class Bench:
    """One company's file at a tax office, and everything that can happen to it, an hour apart."""

    def __init__(self, desk: Office, company: int = 1) -> None:
        self.desk, self.company, self.now = desk, company, desk.now
        self.official = factories.official()
        self.released: list[Submission] = []

    def do(self, kind: str, *args: Any) -> bool:
        """Do it now, if it can be done; whether it was."""
        self.now += timedelta(hours=7)
        try:
            with transaction.atomic():
                self._do(kind, args)
        except (DomainError, IndexError, Record.DoesNotExist):
            return False
        return True

    def _do(self, kind: str, args: Any) -> None:
        desk, now = self.desk, self.now
        if kind == "publish":
            self.released.append(self._publish(args[0]))
        elif kind == "withdraw":
            actions.withdraw(self.released[args[0]].public_id, reason="Slip.", by=desk.first, now=now)
        elif kind == "expire":
            actions.expire(now=now)
        else:
            record = Record.objects.get(document=f"{args[0]}-{self.company}")
            self._decide(kind, record, args[1:])

    def _decide(self, kind: str, record: Record, args: Any) -> None:
        said: dict[str, Any] = {"by": self.official, "now": self.now}
        if kind == "correct-mark":
            actions.correct(record, mark=args[0], reason="Why.", **said)
        elif kind == "correct-end":
            actions.correct(record, valid_to=self._day(args[0]), reason="Why.", **said)
        elif kind in ("dispute", "undispute"):
            actions.flag_disputed(record, disputed=kind == "dispute", **said)
        else:
            moves = {"strike": actions.strike, "repair": actions.repair}
            moves |= {"withhold": actions.withhold, "show": actions.release_withheld}
            moves[kind](record, reason="Why.", **said)

    def _publish(self, rows: dict[str, tuple[str, int]]) -> Submission:
        lines = [
            rating(
                self.company,
                document=f"{document}-{self.company}",
                mark=mark,
                decided_on=f"2026-06-0{document[-1]}",  # of one day, chance would say which one counts
                ends_on=self._day(end).isoformat(),
            )
            for document, (mark, end) in sorted(rows.items())
        ]
        salt = [rating(900 + self.company, document=f"salt-{self.company}-{len(self.released)}")]
        self.desk.now = self.now
        return self.desk.publish(ratings(*lines, *salt), now=self.now)

    def _day(self, ahead: int) -> date:
        return business_date(datetime(2026, 11, 23, 4, tzinfo=self.now.tzinfo)) + ahead * DAY

    @property
    def subject(self) -> Subject | None:
        """The company, once it is on file."""
        found = Record.objects.filter(document__in=[f"{document}-{self.company}" for document in DOCUMENTS]).first()
        return found.subject if found else None

    def permit(self) -> Permit | None:
        """A look at it, now."""
        if self.subject is None:
            return None
        return access.disclose(command_actor(factories.operator()), self.subject, Purpose.OPERATION, now=self.now)


def said_by(versions: Any) -> list[tuple[Any, ...]]:
    """Everything that versions say."""
    return sorted([(v.record_id, v.number, *(repr(getattr(v, name)) for name in (*CONTENT, *FLAGS))) for v in versions])


@db
@quick
@given(steps=st.lists(st.one_of(PUBLISH, PUBLISH, DECIDE, FLAG, WITHDRAW, EXPIRE), min_size=3, max_size=9))
def test_what_was_known_at_a_moment_is_what_was_said_then(office, steps):
    with transaction.atomic():
        bench = Bench(office())
        scoring.publish(SCHEME, by="test", now=bench.now)
        kept = []
        for step in steps:
            bench.do(*step)
            permit = bench.permit()
            if permit is not None:
                current = said_by(RecordVersion.objects.opened_by(permit).current())
                counting = said_by(RecordVersion.objects.opened_by(permit).counting())
                # A moment later: what is done takes its time, and is known from its end.
                moment = bench.now + timedelta(minutes=1)
                kept.append((moment, current, counting, mark_of(permit, now=moment).document))
        for moment, current, counting, document in kept:
            permit = bench.permit()
            assert permit is not None
            known = RecordVersion.objects.opened_by(permit).known_at(moment)
            assert said_by(known) == current
            assert said_by(known.filter(withheld=False)) == counting
            then = mark_of(permit, now=bench.now, as_of=business_date(moment), known_at=moment)
            assert then.document == document
        _one_line_of_versions(bench)
        transaction.set_rollback(True)


def _one_line_of_versions(bench: Bench) -> None:
    """Each record's versions follow each other without a gap, and each says why it is there, and who made it."""
    for record in Record.objects.all():
        versions = versions_of(record)
        assert [version.number for version in versions] == list(range(1, len(versions) + 1))
        for version, following in zip(versions, [*versions[1:], None], strict=True):
            assert version.superseded_at == (following.recorded_at if following else None)
            assert version.cause in ("submission", "dispute", "expiry") or version.reason
            assert version.by is not None or version.cause == "expiry"


@db
@quick
@given(
    before=st.dictionaries(DOCUMENT, st.tuples(MARKS, ENDS), min_size=3, max_size=3),
    steps=st.lists(st.one_of(PUBLISH, PUBLISH, DECIDE, FLAG, EXPIRE, WITHDRAW), min_size=2, max_size=9),
)
def test_after_a_withdrawal_the_mark_is_what_it_would_have_been(office, before, steps):
    """Two companies live through the same; what was taken back from the first was never said of the second."""
    with transaction.atomic():
        desk = office()
        scoring.publish(SCHEME, by="test", now=desk.now)
        gone = {index for kind, *args in steps if kind == "withdraw" for index in args}
        one, other = Bench(desk, 1), Bench(desk, 2)
        one.do("publish", before)
        other.do("publish", before)
        published = 0
        for kind, *args in steps:
            _live(one, other, kind, args, spared=kind == "publish" and published in gone)
            published += kind == "publish"
        for index in sorted(gone):
            with suppress(IndexError):
                _take_back(one, index)
        assert _standing(one) == _standing(other)
        assert _points(one) == _points(other)
        transaction.set_rollback(True)


def _live(one: Bench, other: Bench, kind: str, args: list[Any], *, spared: bool) -> None:
    """The same happens to both, but for what is taken back from one and never said of the other."""
    if kind == "withdraw":
        with suppress(IndexError):
            _take_back(one, args[0])
    elif spared or kind == "publish":
        assert one.do(kind, *args)
        assert spared or other.do(kind, *args)
    else:
        with suppress(Differs), transaction.atomic():
            if not (one.do(kind, *args) and other.do(kind, *args)):
                raise Differs  # officials decide on what they see: what they couldn't do in both, they do in neither
    one.now = other.now = max(one.now, other.now)


class Differs(Exception):
    """It can be done to one company and not to the other."""


def _take_back(bench: Bench, index: int) -> None:
    """Withdraw the delivery after the first with this number, if there is one and it stands."""
    submission = bench.released[index + 1]
    submission.refresh_from_db()
    if submission.status == "released":
        assert bench.do("withdraw", index + 1)


def _standing(bench: Bench) -> list[tuple[Any, ...]]:
    versions = RecordVersion.objects.newest().filter(record__document__endswith=f"-{bench.company}")
    rows = versions.exclude(record__document__startswith="salt").exclude(struck=True)
    said = [
        (version.record.document[:4], *(repr(getattr(version, name)) for name in (*CONTENT, *FLAGS)))
        for version in rows.select_related("record")
    ]
    return sorted(said)


def _points(bench: Bench) -> Any:
    permit = bench.permit()
    assert permit is not None
    mark = mark_of(permit, now=bench.now)
    return mark.score, [line.tenths for line in sorted(mark.lines, key=lambda line: line.decided_on)]


@db
def test_what_officials_decided_outlives_the_delivery_that_they_decided_on(office):
    desk = office()
    first = desk.publish(ratings(rating(1, mark="D")))
    record, official = Record.objects.get(), factories.official()
    actions.correct(record, mark="B", reason="A clerk's slip.", by=official, now=desk.now + DAY)
    desk.publish(ratings(rating(1, mark="D"), rating(2)), now=desk.now + 2 * DAY)
    actions.withdraw(first.public_id, reason="Sent twice.", by=desk.first, now=desk.now + 3 * DAY)
    assert newest(record=record).mark == "B"
    assert not newest(record=record).struck


@db
def test_a_removal_outlives_a_delivery_that_came_after_it_and_was_taken_back(office):
    desk = office()
    desk.publish(ratings(rating(1)))
    record = Record.objects.get()
    actions.strike(record, reason="Another company.", by=factories.official(), now=desk.now + DAY)
    wrong = desk.publish(ratings(rating(1, mark="D")), now=desk.now + 2 * DAY)
    assert not newest().struck
    actions.withdraw(wrong.public_id, reason="x", by=desk.first, now=desk.now + 3 * DAY)
    assert newest().struck


@db
def test_a_correction_comes_back_with_the_statement_that_it_corrected(office):
    desk = office()
    desk.publish(ratings(rating(1, mark="C")))
    record = Record.objects.get()
    actions.correct(record, mark="B", reason="x", by=factories.official(), now=desk.now + DAY)
    wrong = desk.publish(ratings(rating(1, mark="D")), now=desk.now + 2 * DAY)
    desk.publish(ratings(rating(1, mark="C"), rating(2)), now=desk.now + 3 * DAY)
    assert newest(record=record).mark == "C"
    actions.withdraw(wrong.public_id, reason="x", by=desk.first, now=desk.now + 4 * DAY)
    assert newest(record=record).mark == "B"


@db
def test_what_was_taken_back_wholly_and_delivered_anew_begins_anew(office):
    desk = office()
    first = desk.publish(ratings(rating(1, mark="D")))
    record = Record.objects.get()
    actions.correct(record, mark="B", reason="x", by=factories.official(), now=desk.now + DAY)
    actions.withdraw(first.public_id, reason="x", by=desk.first, now=desk.now + 2 * DAY)
    assert newest().struck
    desk.publish(ratings(rating(1, mark="D")), now=desk.now + 3 * DAY)
    wrong = desk.publish(ratings(rating(1, mark="C"), rating(2)), now=desk.now + 4 * DAY)
    assert newest(record=record).mark == "C"
    actions.withdraw(wrong.public_id, reason="x", by=desk.first, now=desk.now + 5 * DAY)
    assert (newest(record=record).mark, newest(record=record).struck) == ("D", False)
