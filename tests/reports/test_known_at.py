"""What the portal said at an earlier moment, as a report: exact, said clearly, and not out of date ever after."""

import io
import json
from datetime import datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.clock import business_date, zone
from credit.core.errors import Invalid, TooMany, Unavailable
from credit.core.policy import Purpose
from credit.ledger.models import Entry
from credit.records import actions as records
from credit.records.models import Record
from credit.reports import actions, checking
from credit.reports.content import Kind, Language
from credit.reports.forms import OrderForm
from credit.reports.models import Report
from credit.reports.rules import MOMENTS_AT_ONCE
from credit.scoring.actions import mark_of
from tests import factories
from tests.records.conftest import Office
from tests.records.pairs import LEI, Files
from tests.reports.test_issuing import content_of
from tests.reports.world import World, make_world

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def correct(world: World) -> None:
    """The penalty was a small one; it is put right a day later, and another day goes by."""
    records.correct(world.record, mark="minor", reason="A clerk's slip.", by=factories.official(), now=world.now + DAY)
    world.now += 2 * DAY


@pytest.fixture
def corrected(world) -> World:
    correct(world)
    return world


def test_yesterdays_report_tells_the_old_mark_and_todays_the_new(world, now):
    old = mark_of(world.permit(), now=now).document
    correct(world)
    new = mark_of(world.permit(), now=world.now).document
    before = content_of(world.issued("k1", Kind.FULL, known_at=now))
    today = content_of(world.issued("k2", Kind.FULL))
    assert old["answer"]["score"] < new["answer"]["score"]
    assert (before.recalculation, before.score) == (old, old["answer"]["score"])
    assert (today.recalculation, today.score) == (new, new["answer"]["score"])
    assert [line.stated for line in (*before.lines, *today.lines)] == ["serious", "minor"]
    assert datetime.fromisoformat(before.known_at) == now
    assert datetime.fromisoformat(before.issued_at) == world.now
    assert (before.as_of, today.as_of) == (business_date(now).isoformat(), business_date(world.now).isoformat())
    assert (before.earlier, today.earlier) == (True, False)


@pytest.mark.parametrize("kind", Kind)
def test_the_moment_before_the_correction_and_that_of_it_differ(corrected, now, kind):
    moments = [now + DAY - SECOND, now + DAY]
    told = [content_of(corrected.issued(f"k{moment}", kind, known_at=moment)) for moment in moments]
    today = content_of(corrected.issued("today", kind))
    assert told[0].score < told[1].score == today.score


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.ENGLISH, "tells what was known on 23 November 2026, 12:00:00 (UTC+8)"),
        (Language.CHINESE, "2026年11月23日12:00:00(UTC+8)"),
    ],
)
def test_the_document_says_of_which_moment_it_tells_on_every_page(corrected, now, language, said):
    def pages(report: Report) -> list[str]:
        found = PdfReader(io.BytesIO(actions.document(report))).pages
        return [" ".join(page.extract_text().split()) for page in found]

    told = pages(corrected.issued("k1", Kind.FULL, language, known_at=now))
    assert said.replace(" ", "") in told[0].replace(" ", "")
    footer = "as known on 23 November 2026" if language is Language.ENGLISH else "已知的内容"
    assert all(footer in page for page in told)
    assert said.replace(" ", "") not in "".join(pages(corrected.issued("k2", Kind.FULL, language))).replace(" ", "")


def test_an_order_for_another_moment_is_another_order(corrected, now):
    first = corrected.order("k1", known_at=now)
    assert corrected.order("k2", known_at=now) == first
    today = corrected.order("k3")
    assert corrected.order("k4") == today
    other = corrected.order("k5", known_at=now + SECOND)
    assert len({first.pk, today.pk, other.pk}) == 3
    orders = Entry.objects.filter(kind="report.ordered").order_by("pk")
    moments = [entry.told()["facts"]["known_at"] for entry in orders]
    assert moments == [now.isoformat(), None, (now + SECOND).isoformat()]


def test_the_database_keeps_one_order_of_a_moment_in_flight_and_none_for_later(corrected, now):
    corrected.order("k1", known_at=now)
    other = corrected.order("k2", known_at=now + SECOND)
    for moment in (now, other.ordered_at + SECOND):
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=other.pk).update(known_at=moment)


def test_neither_later_copies_nor_later_changes_make_it_out_of_date(corrected, now):
    earlier = corrected.issued("k1", known_at=now)
    today = corrected.issued("k2")
    again = corrected.issued("k3", known_at=now + SECOND)
    assert [corrected.standing(report) for report in (earlier, today, again)] == ["current"] * 3
    records.flag_disputed(corrected.record, disputed=True, by=corrected.owner, now=corrected.now)
    newest = corrected.issued("k4")
    standings = [corrected.standing(report) for report in (earlier, today, again, newest)]
    assert standings == ["current", "superseded", "current", "current"]
    assert checking.by_file(actions.document(earlier)).holds


def test_it_can_be_revoked(corrected, now):
    report = corrected.issued(known_at=now)
    actions.revoke(report.public_id, because="Wrong person.", by=corrected.owner, now=corrected.now)
    assert corrected.standing(report) == "revoked"


def test_a_moment_to_come_is_refused(corrected):
    with pytest.raises(Invalid, match="still to come"):
        corrected.order(known_at=corrected.now + SECOND)
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("known_at", "said"),
    [
        (factories.SINCE - SECOND, "knew nothing of this subject"),
        (factories.SINCE, "No scheme was published"),
        (datetime.min.replace(tzinfo=zone()), "knew nothing of this subject"),
    ],
)
def test_a_moment_of_which_nothing_was_known_is_refused_when_it_is_ordered(corrected, known_at, said):
    with pytest.raises(Unavailable, match=said):
        corrected.order(known_at=known_at)
    assert not Report.objects.exists()


def test_there_are_never_many_moments_in_flight(corrected, now):
    for second in range(MOMENTS_AT_ONCE):
        corrected.order(f"k{second}", known_at=now + second * SECOND)
    with pytest.raises(TooMany):
        corrected.order("one more", known_at=now + DAY)
    assert corrected.order("again", known_at=now).key == "k0"
    assert corrected.order("today").known_at is None


def test_a_file_that_was_joined_with_another_since_is_told_of_as_it_was(db, now, data_dir):
    desk = Office(factories.agency("tax"), factories.officer("tax"), factories.officer("tax"), "tax-grade", now)
    files = Files(desk)
    files.state(factories.uscc(1), 1, mark="D")
    files.state(LEI, 2, mark="A")
    before = files.now + timedelta(minutes=1)  # what is published takes its time, and is known from its end
    files.join()
    operator, told = factories.operator(), {}
    for subject in (files.uscc, files.lei):
        permit = access.disclose(
            command_actor(operator), subject, Purpose.OPERATION, as_it_was=True, now=files.now + DAY
        )
        order = {"kind": Kind.FULL, "language": Language.ENGLISH, "key": subject.public_id, "by": operator}
        report = actions.order(permit, now=files.now + DAY, known_at=before, **order)
        issued = actions.issue(report.public_id, now=files.now + DAY)
        told[subject] = [line.record for line in content_of(issued).lines]
    by_document = dict(Record.objects.values_list("document", "public_id"))
    assert told == {files.uscc: [by_document["doc1"]], files.lei: [by_document["doc2"]]}


# The pages, which live in the present.


@pytest.fixture
def lately(db, data_dir) -> World:
    """What happened in the days before today."""
    made = make_world(timezone.now() - 3 * DAY)
    correct(made)
    made.now = timezone.now()
    return made


@pytest.fixture
def page(lately) -> str:
    return reverse("reports:list", args=[lately.subject.public_id])


def form(day: object) -> dict[str, str]:
    return {"kind": "full", "language": "en", "key": "k", "on": str(day)}


def test_a_day_on_the_page_is_the_end_of_it(lately, page, client_of):
    day = business_date(lately.now) - 3 * DAY
    answer = client_of(lately.owner).post(page, form(day), follow=True)
    assert answer.status_code == 200
    report = Report.objects.get()
    assert report.known_at == datetime.combine(day + DAY, time.min, zone()) - timedelta.resolution
    lately.now = timezone.now()
    issued = actions.issue(report.public_id, now=lately.now)
    assert content_of(issued).lines[0].stated == "serious"
    copies = client_of(lately.owner).get(page).content.decode()
    assert "as known on" in copies
    assert "Of an earlier moment" in copies
    own = client_of(lately.owner).get(reverse("reports:detail", args=[lately.subject.public_id, report.public_id]))
    assert "This report tells what was known on" in own.content.decode()


def test_today_is_not_over_and_is_ordered_as_ever(lately, page, client_of):
    for day in ("", business_date(timezone.now())):
        client_of(lately.owner).post(page, form(day))
    assert [report.known_at for report in Report.objects.all()] == [None]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2999-01-01", "still to come"),
        ("1999-12-31", "not that old"),
        ("2025-03-01", "knew nothing of this subject"),
        ("2026-01-02", "No scheme was published"),
        ("1 March", "Write it as 2026-03-01"),
    ],
)
def test_a_day_of_which_nothing_can_be_told_is_refused_beside_its_field(lately, page, client_of, day, said):
    answer = client_of(lately.owner).post(page, form(day))
    assert answer.status_code == 422
    body = answer.content.decode()
    assert said in body
    assert 'href="#id_on"' in body
    assert not Report.objects.exists()


def test_the_form_asks_for_a_day_and_no_time(now):
    assert list(OrderForm(now=now).fields) == ["kind", "language", "on", "key"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "This report tells what was known on 23 November 2026, 12:00"), ("zh-hans", "2026年11月23日 12:00")],
)
def test_whoever_checks_it_is_told_of_which_moment_it_tells(corrected, now, client, settings, language, said):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    earlier, today = corrected.issued("k1", known_at=now), corrected.issued("k2")
    body = client.get(reverse("verify:code", args=[earlier.code])).content.decode()
    assert said in " ".join(body.split())
    assert "Genuine and current" not in body
    assert "The mark in it is that of the day on which it was issued" not in body
    assert said not in " ".join(client.get(reverse("verify:code", args=[today.code])).content.decode().split())


def test_the_export_names_the_moment(corrected, now):
    from portal.exportcases import reports

    corrected.issued(known_at=now)
    assert [row["known_at"] for row in json.loads(json.dumps(reports(corrected.permit())))] == [now.isoformat()]
