"""Every address × every kind of actor, compared with a written table. An address without a row fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.policy import Purpose, Role
from credit.disputes import actions as disputes
from credit.disputes.rules import Complaint
from credit.measures import actions as measures
from credit.measures.models import Measure
from credit.records import actions as records
from credit.records import merging
from credit.records.programs import Kind
from credit.scoring import actions as scoring
from credit.scoring.board import drafts
from credit.scoring.models import Scheme
from credit.scoring.reviews import actions as reviews
from tests import factories
from tests.conftest import browser_of
from tests.measures.conftest import AGENCIES, LIST
from tests.reports.world import make_world
from tests.scoring.boardworld import later, text
from tests.scoring.impact.conftest import keep_result

# Outcomes: "open" (the door let them in), "sign-in" and "factor" (sent there), "refused" (403), "hidden" (404),
# "token" (401: for programs, whoever has signed in).
ACTORS = (
    "nobody",
    "stranger",
    "person",
    "other-person",
    "representative",
    "officer",
    "other-officer",
    "official",
    "official-without-factor",
    "auditor",
    "board",
    "board-without-factor",
    "operator",
)
PUBLIC = dict.fromkeys(ACTORS, "open")
SIGNED_IN = PUBLIC | {"nobody": "sign-in"}
SUBJECT = dict.fromkeys(ACTORS, "hidden") | {"nobody": "sign-in", "person": "open"}
AGENCY = dict.fromkeys(ACTORS, "hidden") | {"nobody": "sign-in", "officer": "open"}
DESK = dict.fromkeys(ACTORS, "refused") | {"nobody": "sign-in", "official": "open", "official-without-factor": "factor"}
PROGRAM = dict.fromkeys(ACTORS, "token")
AUDIT = dict.fromkeys(ACTORS, "refused") | {"nobody": "sign-in", "auditor": "open"}
BOARD = dict.fromkeys(ACTORS, "refused") | {"nobody": "sign-in", "board": "open", "board-without-factor": "factor"}

TABLE: dict[str, dict[str, str]] = {
    **dict.fromkeys(["livez", "readyz", "set_language", "site:home", "site:help", "rules"], PUBLIC),
    **dict.fromkeys(["site:sources", "site:source", "site:sources-json", "site:sources-csv"], PUBLIC),
    "site:conversions-csv": PUBLIC,
    **dict.fromkeys(["schemes:list", "schemes:detail", "ledger:heads", "ledger:download", "verify:form"], PUBLIC),
    "verify:code": PUBLIC,
    **dict.fromkeys(["schemes:conversions", "schemes:text", "schemes:signature", "schemes:key"], PUBLIC),
    **dict.fromkeys(["schemes:changes", "calculator:form"], PUBLIC),
    **dict.fromkeys(["board:home", "board:new", "board:draft", "board:text", "board:edit"], BOARD),
    **dict.fromkeys(["board:approve", "board:send-back", "board:publish", "board:abandon"], BOARD),
    **dict.fromkeys(["pages:overview", "scoring:mark", "scoring:document", "records:list", "records:detail"], SUBJECT),
    **dict.fromkeys(["scoring:history", "scoring:what-if", "scoring:review", "scoring:review-withdraw"], SUBJECT),
    **dict.fromkeys(["records:csv", "records:json"], SUBJECT),
    **dict.fromkeys(["measures:list", "measures:detail", "measures:what-if"], SUBJECT),
    **dict.fromkeys(["measures:object", "measures:withdraw"], SUBJECT),
    **dict.fromkeys(["published-measures:list", "published-measures:version", "published-measures:json"], PUBLIC),
    **dict.fromkeys(["disputes:list", "disputes:detail", "disputes:file"], SUBJECT),
    **dict.fromkeys(["disputes:information", "disputes:withdraw"], SUBJECT),
    **dict.fromkeys(["reports:list", "reports:detail", "reports:file", "access:looks"], SUBJECT),
    **dict.fromkeys(["agency:home", "agency:submission", "agency:release", "agency:withdraw"], AGENCY),
    **dict.fromkeys(["agency:fault-sheet", "agency:fault-list", "agency:accept"], AGENCY),
    **dict.fromkeys(["agency:clients", "agency:client-end"], AGENCY),
    **dict.fromkeys(["api:submissions", "api:submission", "api:faults", "api:release", "api:withdraw"], PROGRAM),
    **dict.fromkeys(["api:index", "api:openapi", "api:docs"], PUBLIC),
    "oauth:token": PUBLIC,  # for whoever has a secret; it opens nothing by itself
    **dict.fromkeys(["desk:queue", "desk:case", "desk:take", "desk:hand-back", "desk:propose"], DESK),
    **dict.fromkeys(["desk:check", "desk:confirm", "desk:send-back"], DESK),
    **dict.fromkeys(["reviews:list", "reviews:detail", "reviews:take", "reviews:hand-back", "reviews:answer"], DESK),
    **dict.fromkeys(["files:list", "files:suggest", "files:pair", "files:look", "files:move"], DESK),
    **dict.fromkeys(["files:find", "files:file", "files:open", "files:close", "files:attach"], DESK),
    **dict.fromkeys(["files:detach", "files:move-records", "files:acts", "files:undo"], DESK),
    **dict.fromkeys(["objections:list", "objections:detail", "objections:take"], DESK),
    **dict.fromkeys(["objections:hand-back", "objections:decide"], DESK),
    **dict.fromkeys(["schemes:impact", "schemes:impact-json", "schemes:impact-csv"], PUBLIC),
    **dict.fromkeys(["board:assess", "board:impact", "board:impact-json", "board:impact-csv"], BOARD),
    **dict.fromkeys(["audit:home", "audit:looks"], AUDIT),
    # allauth's own. It sends a signed-in user away from its sign-in pages by itself: still "open" here.
    **dict.fromkeys(["account_login", "account_logout", "account_signup", "account_inactive"], PUBLIC),
    **dict.fromkeys(["account_reset_password", "account_reset_password_done", "account_confirm_login_code"], PUBLIC),
    **dict.fromkeys(["account_reset_password_from_key", "account_reset_password_from_key_done"], PUBLIC),
    **dict.fromkeys(["account_email_verification_sent", "mfa_authenticate"], PUBLIC),
    **dict.fromkeys(["account_reauthenticate", "account_email", "account_change_password"], SIGNED_IN),
    **dict.fromkeys(["account_set_password", "mfa_index", "mfa_reauthenticate", "mfa_activate_totp"], SIGNED_IN),
    **dict.fromkeys(["mfa_deactivate_totp", "mfa_view_recovery_codes"], SIGNED_IN),
    **dict.fromkeys(["mfa_generate_recovery_codes", "mfa_download_recovery_codes", "usersessions_list"], SIGNED_IN),
}
POSTED = {
    "set_language",
    "disputes:information",
    "disputes:withdraw",
    "agency:release",
    "agency:withdraw",
    "agency:client-end",
    "api:release",
    "api:withdraw",
    "desk:take",
    "desk:hand-back",
    "desk:propose",
    "desk:check",
    "desk:confirm",
    "desk:send-back",
    "scoring:review-withdraw",
    "reviews:take",
    "reviews:hand-back",
    "reviews:answer",
    "measures:object",
    "measures:withdraw",
    "objections:take",
    "objections:hand-back",
    "objections:decide",
    "files:suggest",
    "files:look",
    "files:move",
    "files:find",
    "files:open",
    "files:close",
    "files:attach",
    "files:detach",
    "files:move-records",
    "files:undo",
    "board:approve",
    "board:send-back",
    "board:publish",
    "board:abandon",
    "board:assess",
}
LEAVES_BY_ITSELF = {"account_logout"}
SUBJECT_TABLES = (
    "records_record",
    "scoring_score",
    "scoring_review",
    "disputes_",
    "reports_report",
    "subjects_subjectidentifier",
    "measures_measure",
    "measures_objection",
    "measures_derivation",
)
READ_BY_NUMBER = {
    # A case's number, deadline and state tell nothing of a subject; whoever holds a report shows its number.
    **dict.fromkeys(["desk:queue", "desk:case", "desk:take", "desk:hand-back", "desk:propose"], ("disputes_",)),
    **dict.fromkeys(["desk:check", "desk:confirm", "desk:send-back"], ("disputes_",)),
    **dict.fromkeys(["reviews:list", "reviews:detail", "reviews:take"], ("scoring_review",)),
    **dict.fromkeys(["reviews:hand-back", "reviews:answer"], ("scoring_review",)),
    **dict.fromkeys(["verify:form", "verify:code"], ("reports_report",)),
    # The same of an objection, and of what it is about: the published entry, its start, its state.
    **dict.fromkeys(["objections:list", "objections:detail"], ("measures_",)),
    **dict.fromkeys(["objections:take", "objections:hand-back", "objections:decide"], ("measures_",)),
    # Counted by agency under System.PUBLICATION; small numbers aren't told, and nothing of a subject is read.
    **dict.fromkeys(["site:sources", "site:source"], ("records_record", "disputes_")),
    **dict.fromkeys(["site:sources-json", "site:sources-csv"], ("records_record", "disputes_")),
}
"""Subject tables that an address may read by a public number alone, before any look."""


@dataclass
class World:
    """Something behind every door, and somebody in front of it."""

    kwargs: dict[str, Any]
    clients: dict[str, Client]

    def ask(self, name: str, actor: str) -> HttpResponse:
        """The answer to one request, as a browser would send it."""
        kwargs = self.kwargs | ({"code": "open"} if name.startswith("schemes:") else {})
        kwargs |= {"code": "national"} if name == "published-measures:version" else {}
        kwargs |= {"version": 2} if name == "schemes:changes" else {}
        url = reverse(name, kwargs={key: kwargs[key] for key in ADDRESSES[name]})
        client = self.clients[actor]
        return client.post(url) if name in POSTED else client.get(url)


def addresses(
    resolver: URLResolver, namespace: str = "", names: frozenset[str] = frozenset()
) -> Iterator[tuple[str, set[str]]]:
    """The name of every address, and the names of what varies in it."""
    for part in resolver.url_patterns:
        inside = names | frozenset(part.pattern.regex.groupindex)
        if isinstance(part, URLResolver):
            yield from addresses(part, f"{namespace}{part.namespace}:" if part.namespace else namespace, inside)
        else:
            yield f"{namespace}{part.name}", set(inside)


ADDRESSES = dict(addresses(get_resolver()))


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once, in a transaction that is rolled back when all doors have been tried."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make()
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """The world as it was made, whatever the doors before have done to it."""
    with transaction.atomic():
        yield shared_world
        transaction.set_rollback(True)


def make() -> World:
    now = timezone.now() - timedelta(minutes=5)
    file = make_world(now)
    owner = file.owner
    permit = access.disclose(command_actor(owner), file.subject, Purpose.OWN_RECORD, now=now)
    case = disputes.file(
        file.record.public_id, permit=permit, complaint=Complaint.OTHER, statement="Not so.", by=owner, now=now
    )
    review = reviews.ask(permit, reason="Why so low?", by=owner, now=now)
    for code in AGENCIES:
        factories.agency(code)
    measures.publish(LIST, by="test", now=now)
    measures.bring_up_to_date(permit, now=now)
    measure = Measure.objects.opened_by(permit).announced().earliest("pk")
    objection = measures.file(measure.public_id, permit=permit, reason="Not so.", by=owner, now=now)
    report = file.issued()
    officer = factories.officer()
    official = factories.official()
    program, _secret = records.admit_program(factories.agency(), name="Grades", kind=Kind.SUBMIT, by=officer, now=now)
    other = factories.person("喆某")
    pair = merging.note_pair(file.subject, other, source="", by=None, now=now)
    users = {
        "stranger": factories.user(),
        "person": owner,
        "other-person": factories.user(subject=factories.person("别人")),
        "representative": factories.user(subject=factories.company()),
        "officer": officer,
        "other-officer": factories.officer("tax"),
        "official": official,
        "auditor": factories.auditor(),
        "board": factories.member(Role.BOARD, factories.oversight()),
        "operator": factories.operator(),
    }
    clients = {"nobody": Client(), **{name: browser_of(user) for name, user in users.items()}}
    clients["official-without-factor"] = browser_of(factories.official(), second_factor=False)
    clients["board-without-factor"] = browser_of(users["board"], second_factor=False)
    scoring.publish(text(2, starts=later(now)), by="test", now=now)
    draft = drafts.start(text(2, starts=later(now, 90), version="3"), by=users["board"], now=now)
    for sha256 in (draft.sha256, Scheme.objects.get(code="open", version=1).sha256):
        keep_result(draft, sha256, by=users["board"], now=now)
    kwargs = {
        "subject": file.subject.public_id,
        "record": file.record.public_id,
        "case": case.public_id,
        "review": review.public_id,
        "report": report.public_id,
        "code": "market-supervision",
        "agency": "market-supervision",
        "line": 2,
        "fault": "name.conflict",
        "submission": file.record.versions.earliest("number").submission.public_id,
        "client": program.public_id,
        "topic": "start",
        "version": 1,
        "uidb36": "1",
        "key": "x",
        "pair": pair.public_id,
        "measure": measure.public_id,
        "objection": objection.public_id,
        "draft": draft.public_id,
    }
    return World(kwargs, clients)


def outcome(response: HttpResponse) -> str:
    """What the door said."""
    if response.status_code == 401:
        return "token"
    if response.status_code == 403:
        return "refused"
    if response.status_code == 404:
        return "hidden"
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith(
        ("/account/2fa/totp/activate", "/account/2fa/reauthenticate")
    ):
        return "factor"
    if response.status_code == 302 and location.startswith("/account/login"):
        return "sign-in"
    assert response.status_code < 500, response.status_code
    return "open"


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(ADDRESSES) == set(TABLE)


@pytest.mark.parametrize("name", sorted(set(TABLE) - LEAVES_BY_ITSELF))
def test_doors_let_in_whom_the_table_says(world: World, name: str) -> None:
    said = {actor: outcome(world.ask(name, actor)) for actor in ACTORS}
    if name.startswith(("account_", "mfa_", "usersessions")):
        # allauth adds steps of its own behind our doors (reauthentication, nothing pending): only sign-in counts here.
        said = {actor: "sign-in" if actor == "nobody" and word == "sign-in" else "open" for actor, word in said.items()}
        if TABLE[name] is PUBLIC:
            said["nobody"] = "open"
    if name == "verify:code":
        assert set(said.values()) <= {"open", "hidden"}
        return
    assert said == TABLE[name]


@pytest.mark.parametrize(
    "name", sorted(n for n, row in TABLE.items() if row is not SIGNED_IN and not n.startswith("mfa"))
)
def test_no_page_reads_a_subjects_data_without_a_permit(world: World, name: str) -> None:
    """Whoever asks and whatever the answer: a query on subject tables comes only after a look was decided."""
    for actor in ("nobody", "person", "official", "auditor"):
        with CaptureQueriesContext(connection) as queries:
            world.ask(name, actor)
        texts = [query["sql"] for query in queries]
        by_number = READ_BY_NUMBER.get(name, ())
        tables = [table for table in SUBJECT_TABLES if not table.startswith(by_number or ("-",))]
        reads = [i for i, text in enumerate(texts) if any(f'FROM "{table}' in text for table in tables)]
        looks = [i for i, text in enumerate(texts) if '"access_disclosure"' in text]
        if reads:
            assert looks, (actor, texts[reads[0]])
            assert min(looks) < min(reads), (actor, texts[min(reads)])
