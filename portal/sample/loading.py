"""Loading the sample world by the portal's own actions. Doing it again changes nothing."""

import io
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now as clock

from credit.core.clock import business_date
from credit.core.identifiers import parse_subject
from credit.core.policy import Role
from credit.identity.models import Organisation, User
from credit.measures import actions as measures
from credit.measures.models import PublishedList
from credit.records import actions as records
from credit.records.models import Submission
from credit.scoring import actions as scoring
from credit.scoring.board import drafts
from credit.scoring.board.life import notice_on
from credit.scoring.models import OFFICIAL, Draft, Scheme
from credit.subjects import actions as subjects
from credit.subjects.models import Office, Subject
from portal.config import ROOT
from portal.sample.files import SampleFile, sample_files
from portal.sample.people import SUBJECTS, Person, people, sign_up

STANDARD_SCHEME = ROOT / "credit" / "scoring" / "schemes" / "open-1.toml"
NEXT_SCHEME = STANDARD_SCHEME.with_name("open-2.toml")
LEISURE = timedelta(days=14)
"""How long the sample board may take over its draft before the notice period would be too short."""
STANDARD_MEASURES = ROOT / "credit" / "measures" / "lists" / "national-1.toml"
BY = "system:sample"
SHOWN_AS = {Role.SUBJECT: "individual", Role.REPRESENTATIVE: "representative"}
AGENCIES = (
    "market-supervision",
    "tax",
    "courts",
    "customs",
    "environment",
    "labour",
    "immigration",
    "company-register",
    "rongcheng",
    "xiamen",
    "fuzhou",
    "suzhou",
)


def sample_world() -> dict[str, Any]:
    """Load what isn't there yet, and say who can sign in: `{"agencies", "people"}` of the contract."""
    now = clock()
    if Scheme.objects.in_force(business_date(now)) is None:  # a world of an earlier release keeps its scheme
        scoring.publish(STANDARD_SCHEME, by=BY, now=now)
    agencies = {code: records.register_agency(code, by=BY, now=now) for code in AGENCIES}
    if not PublishedList.objects.exists():  # so too its list of measures
        measures.publish(STANDARD_MEASURES, by=BY, now=now)
    oversight, _ = Organisation.objects.get_or_create(
        code="oversight",
        defaults={
            "name_en": "Credit Oversight Office",
            "name_zh": "信用监督办公室",
            "kind": Organisation.Kind.OVERSIGHT,
        },
    )
    everybody = list(people(list(agencies)))
    users = {}
    for person in everybody:
        users[person.email] = sign_up(person, _organisation(person, agencies, oversight), now=now)
    hand_in_draft(users["board1@example.org"], now=now)
    for file in sample_files(business_date(now)):
        deliver(file, agencies[file.agency], users, now=now)
    for person in everybody:
        open_file(person, users[person.email], now=now)
    return {"agencies": list(agencies), "people": [_printed(person) for person in everybody]}


def _organisation(person: Person, agencies: dict[str, Organisation], oversight: Organisation) -> Organisation | None:
    if person.agency:
        return agencies[person.agency]
    return None if person.subject else oversight


def deliver(file: SampleFile, agency: Organisation, users: dict[str, User], *, now: datetime) -> None:
    """Hand a file over as the agency's first officer and release it as the second; once."""
    if Submission.objects.filter(agency=agency, filename=file.name).exists():
        return
    first, second = (users[f"officer{number}.{agency.code}@example.org"] for number in (1, 2))
    submission = records.receive(
        io.BytesIO(file.content), filename=file.name, agency=agency, notation=file.notation, by=first, now=now
    )
    records.parse(submission.pk, now=now)
    records.release(submission.public_id, by=second, now=now)


def hand_in_draft(member: User, *, now: datetime) -> None:
    """A draft of the next version, dated so that there is time to assess, approve and announce it; once."""
    if Draft.objects.filter(code=OFFICIAL).exists() or Scheme.objects.filter(code=OFFICIAL, version__gt=1).exists():
        return
    starts = notice_on(business_date(now)).earliest(business_date(now)) + LEISURE
    text = NEXT_SCHEME.read_text(encoding="utf-8").replace("in_force_from = 2027-01-01", f"in_force_from = {starts}")
    drafts.start(text.encode(), by=member, now=now)


def open_file(person: Person, user: User, *, now: datetime) -> None:
    """The person's own file, or that of the company for which they act."""
    if person.subject is None:
        return
    identifier = parse_subject(person.subject)
    subject = subjects.find_or_create(subjects.Newcomer(identifier, SUBJECTS[person.subject]), now=now)
    if subject.kind == Subject.Kind.COMPANY:
        subjects.open_office(user, subject, Office.Role.LEGAL_REPRESENTATIVE, by=BY, now=now)
    else:
        subjects.open_claim(user, subject, how="sample world", by=BY, now=now)


def _printed(person: Person) -> dict[str, str | None]:
    return {
        "role": SHOWN_AS.get(person.role, person.role.value),
        "name": person.name,
        "email": person.email,
        "password": person.password,
        "totp_secret": person.totp_secret,
        "subject": person.subject,
        "agency": person.agency,
    }
