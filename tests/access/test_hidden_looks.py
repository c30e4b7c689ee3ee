"""A look that somebody with the owner's rights hides or changes is found, because the journal tells it."""

from datetime import timedelta

import pytest

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.access.checking import verify
from credit.access.models import Disclosure
from credit.core.policy import Purpose
from credit.identity.models import Organisation, User
from credit.subjects.models import Claim, Subject
from tests.ledger.conftest import START, Scratch


@pytest.fixture
def looked(scratch: Scratch) -> Scratch:
    """Three looks: their entries are 1, 2 and 3, sealed."""
    subject = Subject.objects.create(kind="individual", name="测试甲", created_at=START)
    Subject.objects.create(kind="individual", name="测试乙", created_at=START)
    user = User.objects.create(email="user@example.org", name="A")
    User.objects.create(email="other@example.org", name="B")
    Organisation.objects.create(code="b", name_en="B", name_zh="B", kind=Organisation.Kind.AGENCY)
    Claim.objects.create(user=user, subject=subject, proven_at=START, proven_how="test")
    for minute in range(3):
        at = START + timedelta(minutes=minute)
        access.disclose(command_actor(user, now=at), subject, Purpose.OWN_RECORD, now=at)
    scratch.seal()
    return scratch


def test_looks_as_they_were_journalled_hold(looked: Scratch):
    found = verify()
    assert (found["ok"], found["entries"], found["first_bad"]) == (True, 3, None)
    assert Disclosure.objects.count() == 3


HIDING = {
    "deleted": ("DELETE FROM access_disclosure WHERE entry_id = 2", "look.missing"),
    "moved to another file": ("UPDATE access_disclosure SET subject_id = 2 WHERE entry_id = 2", "look.changed"),
    "laid to somebody else": ("UPDATE access_disclosure SET user_id = 2 WHERE entry_id = 2", "look.changed"),
    "given another purpose": ("UPDATE access_disclosure SET purpose = 'audit' WHERE entry_id = 2", "look.changed"),
    "given another capacity": ("UPDATE access_disclosure SET role = 'operator' WHERE entry_id = 2", "look.changed"),
    "given another ground": ("UPDATE access_disclosure SET ground_kind = 'duty' WHERE entry_id = 2", "look.changed"),
    "made to have seen less": ("UPDATE access_disclosure SET fields = '{name}' WHERE entry_id = 2", "look.changed"),
    "made earlier": ("UPDATE access_disclosure SET at = at - '1 day'::interval WHERE entry_id = 2", "look.changed"),
    "made longer": (
        "UPDATE access_disclosure SET until = until + '1 day'::interval WHERE entry_id = 2",
        "look.changed",
    ),
    "laid to a public body": ("UPDATE access_disclosure SET organisation_id = 1 WHERE entry_id = 2", "look.changed"),
    "given another law": ("UPDATE access_disclosure SET basis = 'None.' WHERE entry_id = 2", "look.changed"),
    "given another way in": ("UPDATE access_disclosure SET channel = 'elsewhere' WHERE entry_id = 2", "look.changed"),
    "given another number": ("UPDATE access_disclosure SET public_id = 'X' WHERE entry_id = 2", "look.changed"),
    "taken from the journal": ("UPDATE access_disclosure SET entry_id = 99 WHERE entry_id = 2", "look.missing"),
}


@pytest.mark.parametrize("what", HIDING)
def test_a_look_that_was_hidden_or_changed_is_found(looked: Scratch, what):
    statement, code = HIDING[what]
    looked.tamper(statement)
    found = verify()
    assert not found["ok"]
    assert found["first_bad"] == 2
    assert found["faults"][0] == {"entry": 2, "code": code}


def test_a_look_that_was_made_up_is_found(looked: Scratch):
    looked.tamper(
        "ALTER TABLE access_disclosure DROP CONSTRAINT IF EXISTS access_disclosure_entry_id_key",
        "INSERT INTO access_disclosure (public_id, user_id, system, role, subject_id, purpose, fields, ground_kind,"
        " basis, channel, at, until, entry_id) SELECT 'X', user_id, system, role, subject_id, purpose, fields,"
        " ground_kind, basis, channel, at, until, 77 FROM access_disclosure WHERE entry_id = 2",
    )
    assert verify()["faults"] == [{"entry": 77, "code": "look.not_journalled"}]


def test_an_erased_opening_is_no_fault_of_a_look(looked: Scratch):
    looked.tamper("DELETE FROM ledger_opening WHERE entry_id = 2")
    found = verify()
    assert (found["ok"], found["erased"]) == (True, 1)


def test_a_list_that_is_gone_is_found(looked: Scratch):
    looked.tamper("DROP TABLE access_disclosure CASCADE")
    assert not verify()["ok"]
