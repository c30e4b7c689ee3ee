"""Two officials compare two files at their desk, join them, and part them again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from credit.access.models import Disclosure
from credit.core.identifiers import mask
from credit.records import merging
from credit.subjects.models import Merging, Subject
from credit.subjects.rules import Move
from tests import factories
from tests.conftest import browser_of
from tests.records.pairs import LEI

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    """A company that is on file twice; somebody has noted it."""
    first, second = factories.company("示例1公司", factories.uscc(1)), factories.company("Example 1 Ltd", LEI)
    now = timezone.now() - timedelta(minutes=1)
    return merging.note_pair(first, second, source="AAAA-BBBB", by=None, now=now)


def test_two_officials_join_and_part_two_files(pair):
    one, other = browser_of(factories.official()), browser_of(factories.official())
    page = one.get("/desk/files/").content.decode()
    assert pair.public_id in page
    assert "示例1公司" not in page
    address = f"/desk/files/{pair.public_id}"
    assert "示例1公司" not in one.get(address).content.decode()
    assert not Disclosure.objects.exists()
    seen = one.post(f"{address}/look", follow=True).content.decode()
    assert "示例1公司" in seen
    assert "Example 1 Ltd" in seen
    assert mask(LEI.value) in seen
    assert LEI.value not in seen
    assert Disclosure.objects.filter(purpose="subject-matching", fields=["identifiers", "name"]).count() == 2
    said = {"seen": 0, "survivor": pair.survivor.public_id, "reason": "One register entry.", "move": "propose"}
    assert "Joining is proposed" in one.post(f"{address}/move", said, follow=True).content.decode()
    assert one.post(f"{address}/move", said | {"seen": 1, "move": "confirm"}).status_code == 403
    other.post(f"{address}/look")
    assert "One register entry." in other.get(address).content.decode()
    answer = other.post(f"{address}/move", said | {"seen": 1, "move": "confirm"}, follow=True)
    assert "Joined" in answer.content.decode()
    assert Subject.objects.get(pk=pair.absorbed_id).file == pair.survivor
    for browser, move, step in ((one, "propose-undo", 2), (other, "confirm-undo", 3)):
        browser.post(f"{address}/look")
        shown = browser.get(address).content.decode()
        assert "示例1公司" in shown
        assert "Example 1 Ltd" in shown
        browser.post(f"{address}/move", said | {"seen": step, "move": move})
    assert Merging.objects.get().status == "undone"


def test_an_official_brings_two_files_together_by_a_number_of_each():
    factories.company("示例1公司", factories.uscc(1)), factories.company("Example 1 Ltd", LEI)
    desk = browser_of(factories.official())
    numbers = {"first": f"uscc:{factories.uscc(1).value}", "second": f"lei:{LEI.value}"}
    made = desk.post("/desk/files/suggest", numbers)
    assert made.status_code == 302
    assert made.headers["Location"] == f"/desk/files/{Merging.objects.get().public_id}"
    missing = desk.post("/desk/files/suggest", numbers | {"second": f"uscc:{factories.uscc(77).value}"})
    assert missing.status_code == 422
    assert "isn&#x27;t on file" in missing.content.decode()
    assert desk.post("/desk/files/suggest", numbers | {"first": "lei:1"}).status_code == 422


def test_whoever_one_of_the_files_belongs_to_sees_a_refusal_and_no_button(pair):
    official = factories.official()
    from credit.subjects import actions as subjects
    from credit.subjects.models import Office

    subjects.open_office(official, pair.absorbed, Office.Role.DELEGATE, by="test", now=timezone.now())
    page = browser_of(official).get(f"/desk/files/{pair.public_id}").content.decode()
    assert "your own" in page
    assert "/look" not in page


def test_an_old_page_decides_nothing(pair):
    desk = browser_of(factories.official())
    address = f"/desk/files/{pair.public_id}"
    desk.post(f"{address}/look")
    said = {"seen": 0, "survivor": pair.survivor.public_id, "reason": "x"}
    assert desk.post(f"{address}/move", said | {"move": "dismiss"}).status_code == 302
    assert desk.post(f"{address}/look").status_code == 302
    assert desk.post(f"{address}/move", said | {"move": "propose"}).status_code == 409
    assert desk.post(f"{address}/move", said | {"move": "dance"}).status_code == 409
    assert desk.post(f"{address}/move", {"seen": 1, "move": "propose", "reason": ""}).status_code == 422
    assert desk.get("/desk/files/none").status_code == 404


def test_the_page_costs_the_same_for_many_pairs(pair, django_assert_max_num_queries):
    for number in range(2, 12):
        merging.note_pair(
            pair.survivor, factories.company(f"示例{number}公司", factories.uscc(number)),
            source="", by=None, now=timezone.now(),
        )  # fmt: skip
    desk = browser_of(factories.official())
    with django_assert_max_num_queries(14):
        desk.get("/desk/files/")


def test_every_move_has_a_name():
    from credit.subjects.mergings import MOVE_NAMES, STATUS_NAMES
    from credit.subjects.rules import Status

    assert set(MOVE_NAMES) == set(Move)
    assert set(STATUS_NAMES) == set(Status)
