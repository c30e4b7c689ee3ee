"""Who works in the sample world: people and bodies whose names suit the pages of both languages."""

import re

import pytest

from credit.core.policy import STAFF
from credit.identity.models import Organisation
from portal.sample.loading import AGENCIES, sample_world
from portal.sample.people import SUBJECTS, people

HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_everybody_who_works_there_has_a_chinese_name_of_their_own():
    staff = [person for person in people(list(AGENCIES)) if person.role in STAFF]
    assert all(HAN_NAME.fullmatch(person.name) for person in staff)
    assert len({person.name for person in staff}) == len(staff)
    assert {person.role for person in staff} == STAFF


def test_every_agency_has_two_officers_to_release_what_the_other_delivered():
    emails = {person.email for person in people(list(AGENCIES))}
    assert {f"officer{number}.{code}@example.org" for code in AGENCIES for number in (1, 2)} <= emails


def test_of_those_on_file_only_the_foreigner_has_a_latin_name():
    assert [name for name in SUBJECTS.values() if not HAN.search(name)] == ["Alex Sample"]


@pytest.mark.django_db
def test_every_body_has_a_name_in_both_languages():
    sample_world()
    assert Organisation.objects.count() == len(AGENCIES) + 1
    for body in Organisation.objects.all():
        assert HAN.search(body.name_zh), body.code
        assert not re.search("[A-Za-z]", body.name_zh), body.code
        assert body.name_en, body.code
        assert body.name_en.isascii(), body.code
