"""Agencies are registered, say under which law, and submit only what they may when it is released."""

from datetime import timedelta

import pytest

from credit.core.errors import NotAllowed
from credit.core.policy import Role
from credit.identity.models import Organisation
from credit.ledger.models import Entry
from credit.records import actions, releasing
from credit.records.models import AgencyProfile, Record, Registration
from credit.records.moves import Status
from credit.records.refusals import Refused
from tests import factories
from tests.records.files import rating, ratings
from tests.records.test_commands import run

DAY = timedelta(days=1)
TOML = """
[harbour]
name_en = "Harbour Office"
name_zh = "港务局"
category = "customs"
legal_basis_en = "Port Law"
legal_basis_zh = "《港口法》"
notations = ["customs-level"]
"""
WORDS = ("--name-en", "Harbour Office", "--name-zh", "港务局", "--category", "customs",
         "--legal-basis-en", "Port Law", "--legal-basis-zh", "《港口法》")  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return factories.operator().email


def test_an_agency_is_registered_by_a_file_or_by_arguments_and_twice_is_once(operator, tmp_path):
    file = tmp_path / "agencies.toml"
    file.write_text(TOML, encoding="utf-8")
    code, document, _err = run("register_agency", "harbour", "--file", str(file), "--by", operator)
    assert (code, document) == (0, {"agency": "harbour", "category": "customs", "notations": ["customs-level"]})
    again = run("register_agency", "harbour", *WORDS, "--notation", "customs-level", "--by", operator)
    assert again[:2] == (code, document)
    profile = AgencyProfile.objects.get(organisation__code="harbour")
    assert (profile.legal_basis_zh, Registration.objects.count()) == ("《港口法》", 1)
    assert Entry.objects.filter(kind="agency.described").count() == 1


def test_another_legal_basis_is_said_anew_and_journalled(operator):
    run("register_agency", "harbour", *WORDS, "--by", operator)
    run("register_agency", "harbour", *WORDS[:-1], "《港口法》（2030年）", "--by", operator)
    assert AgencyProfile.objects.get(organisation__code="harbour").legal_basis_zh == "《港口法》（2030年）"
    assert Entry.objects.filter(kind="agency.described").count() == 2


def test_agencies_that_come_with_the_portal_need_only_their_code(operator):
    code, document, _err = run("register_agency", "tax", "--by", operator)
    assert (code, document["notations"]) == (0, ["double-publicity-penalty", "tax-grade"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("harbour",), "name_en, name_zh, category, legal_basis_en, legal_basis_zh"),
        (("harbour", *WORDS[:-1], " "), "legal_basis_zh"),
        (("Harbour!", *WORDS), "small letters"),
        (("harbour", *WORDS[:5], "private", *WORDS[6:]), "Choose a category"),
        (("harbour", *WORDS, "--notation", "horoscope"), "no such notation"),
        (("harbour", *WORDS, "--notation", "zhima"), "no agency"),
        (("harbour", "--file", "/nowhere.toml"), "/nowhere.toml"),
        (("board", *WORDS), "Another body"),
    ],
)
def test_half_an_agency_is_refused_and_nothing_is_made(operator, call, words):
    Organisation.objects.get_or_create(
        code="board", defaults={"name_en": "Board", "name_zh": "委员会", "kind": Organisation.Kind.OVERSIGHT}
    )
    code, document, err = run("register_agency", *call, "--by", operator)
    assert (code, document) == (2, None)
    assert words in err
    assert not AgencyProfile.objects.filter(organisation__code__in=["harbour", "board"]).exists()


@pytest.mark.parametrize("command", [("register_agency", "harbour", *WORDS), ("end_notation", "tax", "tax-grade")])
def test_only_the_operator_registers_and_ends(office, command):
    desk = office()
    code, _document, err = run(*command, "--by", desk.first.email)
    assert (code, "operator" in err) == (2, True)


def test_what_ended_is_not_submitted_and_not_released_any_more(office, operator):
    desk = office()
    published, waiting = desk.publish(ratings(rating(1))), desk.deliver(ratings(rating(2)))
    code, document, _err = run("end_notation", "tax", "tax-grade", "--by", operator)
    assert (code, document["notation"]) == (0, "tax-grade")
    desk.now = Registration.objects.get(agency=desk.agency, notation="tax-grade").until + DAY
    with pytest.raises(Refused) as refused:
        desk.deliver(ratings(rating(3)))
    assert refused.value.faults[0].code == "agency.not_authorised"
    with pytest.raises(NotAllowed, match="no longer"):
        desk.release(waiting)
    assert Record.objects.count() == 1
    assert actions.withdraw(published.public_id, reason="x", by=desk.first, now=desk.now).status == Status.WITHDRAWN
    assert run("end_notation", "tax", "tax-grade", "--by", operator)[0] == 2
    assert run("allow_notation", "tax", "tax-grade", "--by", operator)[0] == 0


def test_a_release_that_was_ordered_before_the_end_is_not_published_after_it(office, monkeypatch):
    monkeypatch.setattr(releasing, "AT_ONCE", 0)
    desk = office()
    made = desk.release(desk.deliver(ratings(rating(1))))
    actions.end_notation("tax", "tax-grade", by=factories.operator(), now=desk.now + DAY)
    back = actions.publish_ordered(made.pk, now=desk.now + 2 * DAY)
    assert (back.status, back.released_by, Record.objects.exists()) == (Status.PARSED, None, False)


def test_the_operator_is_no_officer_by_being_one(now):
    assert Role.OFFICER not in factories.operator().roles(now)
