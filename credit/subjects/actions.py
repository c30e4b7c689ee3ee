"""Finding and making subjects by their identifiers, and opening the ways to a file: claims and offices."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from credit.core.identifiers import SUBJECT_KIND, BadIdentifier, Identifier, Reason, parse_structure, parse_subject
from credit.identity.models import User
from credit.ledger import actions as ledger
from credit.subjects.bulk import first_come_first_served
from credit.subjects.models import Claim, MergingStep, Office, Subject, SubjectIdentifier
from credit.subjects.rules import Move
from credit.vault import actions as vault

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An identifier that a submission names, with the name that it gives."""

    identifier: Identifier
    name: str


def find(identifier: Identifier, *, known_at: datetime | None = None) -> Subject | None:
    """The subject whose file an identifier leads to, now or at an earlier moment; None where it leads to none.

    The caller asks `access` before it shows anything.
    """
    token = vault.encrypt_identifier(identifier.kind, identifier.value)
    named = Subject.objects.filter(identifiers__kind=identifier.kind, identifiers__token=token)
    subject = named.select_related("merged_into").first()
    if subject is None or known_at is None:
        return subject and subject.file
    turn = MergingStep.objects.select_related("survivor").last_about(subject.pk, known_at)
    return turn.survivor if turn is not None and turn.move == Move.CONFIRM else subject


def read_on_file(text: str) -> Identifier:
    """A subject written `TYPE:VALUE`. Raises BadIdentifier.

    A number whose check digit fails is read too if it is on file: an officer accepted it as genuine.
    """
    try:
        return parse_subject(text)
    except BadIdentifier as error:
        if error.reason is not Reason.CHECK:
            raise
        identifier = parse_structure(text)
        if find(identifier) is None:
            raise
        return identifier


def family_of(subject: Subject) -> list[int]:
    """The ids of all subjects that are one with this one: its file's own, and those that were joined with it."""
    root = subject.merged_into_id or subject.pk
    return list(Subject.objects.filter(Q(pk=root) | Q(merged_into=root)).order_by("pk").values_list("pk", flat=True))


def is_party(user: User, subject: Subject, *, now: datetime) -> bool:
    """Whether a file is this user's own, or that of a company for which they may act."""
    family = family_of(subject)
    own = Claim.objects.filter(user=user, subject__in=family, ended_at=None)
    return own.exists() or Office.objects.at(now).filter(user=user, subject__in=family).exists()


def names_on_file(identifiers: Collection[Identifier]) -> dict[Identifier, str]:
    """The names under which identifiers are on file; those that aren't are left out. For intake only."""
    by_token = {(item.kind.value, vault.encrypt_identifier(item.kind, item.value)): item for item in identifiers}
    found = {}
    tokens = list(by_token)
    for start in range(0, len(tokens), BATCH):
        batch = [token for _, token in tokens[start : start + BATCH]]
        rows = SubjectIdentifier.objects.filter(token__in=batch).values_list("kind", "token", "subject__name")
        for kind, token, name in rows:
            if (kind, bytes(token)) in by_token:
                found[by_token[kind, bytes(token)]] = name
    return found


def find_or_create(newcomer: Newcomer, *, now: datetime) -> Subject:
    """One subject by identifier, made when it isn't on file."""
    return Subject.objects.get(pk=bulk_find_or_create([newcomer], now=now)[newcomer.identifier])


@transaction.atomic
def bulk_find_or_create(newcomers: Iterable[Newcomer], *, now: datetime) -> dict[Identifier, int]:
    """Subject ids by identifier; those that aren't on file are made, two writers at once make each only once."""
    wanted = {item.identifier: item for item in newcomers}
    tokens = {key: vault.encrypt_identifier(key.kind, key.value) for key in wanted}
    # A fixed order, so that two submissions that name the same newcomers wait for each other and never deadlock.
    ordered = sorted(wanted, key=lambda key: tokens[key])
    ids: dict[Identifier, int] = {}
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        known = _ids_of(batch, tokens)
        while missing := [key for key in batch if key not in known]:
            _create([wanted[key] for key in missing], tokens, now)
            known |= _ids_of(missing, tokens)
        ids |= known
    return ids


def _ids_of(keys: Collection[Identifier], tokens: dict[Identifier, bytes]) -> dict[Identifier, int]:
    by_token = {(key.kind.value, tokens[key]): key for key in keys}
    rows = SubjectIdentifier.objects.filter(token__in=[tokens[key] for key in keys])
    found = {(kind, bytes(token)): pk for kind, token, pk in rows.values_list("kind", "token", "subject_id")}
    return {key: found[pair] for pair, key in by_token.items() if pair in found}


def _create(newcomers: list[Newcomer], tokens: dict[Identifier, bytes], now: datetime) -> None:
    """Make subjects with their identifiers; nothing where somebody else made one of them meanwhile."""
    with first_come_first_served(), transaction.atomic():
        subjects = Subject.objects.bulk_create(
            [Subject(kind=SUBJECT_KIND[item.identifier.kind], name=item.name, created_at=now) for item in newcomers]
        )
        SubjectIdentifier.objects.bulk_create(
            [
                SubjectIdentifier(subject=subject, kind=item.identifier.kind, token=tokens[item.identifier])
                for subject, item in zip(subjects, newcomers, strict=True)
            ]
        )


def raise_revision(subject_ids: Collection[int]) -> None:
    """Say that the files of these subjects have changed. Part of the caller's transaction.

    Locks them in one order first, so that two releases on the same subjects wait for each other and never deadlock.
    """
    locked = Subject.objects.filter(pk__in=subject_ids).order_by("pk").select_for_update(no_key=True)
    list(locked.values_list("pk", flat=True))
    Subject.objects.filter(pk__in=subject_ids).update(revision=F("revision") + 1)


@transaction.atomic
def open_claim(user: User, subject: Subject, *, how: str, by: "User | str", now: datetime) -> Claim:
    """Record that a user has proven a person's file to be their own. The same claim twice is one."""
    claim, made = Claim.objects.get_or_create(
        user=user, subject=subject, ended_at=None, defaults={"proven_at": now, "proven_how": how}
    )
    if made:
        ledger.note("claim.opened", by=by, about=subject, at=now, user=user.public_id, how=how)
    return claim


@transaction.atomic
def open_office(user: User, subject: Subject, role: Office.Role, *, by: "User | str", now: datetime) -> Office:
    """Record that a user may act for a company. The same office twice is one."""
    office, made = Office.objects.get_or_create(
        user=user, subject=subject, role=role, until=None, defaults={"since": now}
    )
    if made:
        ledger.note("office.opened", by=by, about=subject, at=now, user=user.public_id, role=role.value)
    return office
