"""Publishing a list of measures: once it is published, nothing of it changes."""

import hashlib
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid, NotAllowed
from credit.core.policy import Role
from credit.identity.models import Organisation, User
from credit.ledger import actions as ledger
from credit.ledger.actions import HasPublicId
from credit.measures.listfile import ListedMeasure, ListFile, read_list
from credit.measures.models import ListEntry, PublishedList
from credit.scoring.strictjson import Malformed

PUBLISHERS = {Role.OPERATOR, Role.BOARD}


@transaction.atomic
def publish(source: Path | str | bytes, *, by: HasPublicId | str, now: datetime) -> PublishedList:
    """Publish a list's TOML (a path or its bytes). The same bytes twice are one.

    Raises NotAllowed (by a person who is neither the operator nor of the scheme board), Invalid for a malformed file or
    an agency that isn't registered here, Conflict for a version out of turn or one that would come into force before
    tomorrow or before an earlier version.
    """
    if isinstance(by, User) and not by.roles(now) & PUBLISHERS:
        raise NotAllowed(_("Only the operator, or a member of the scheme board, may publish a list."))
    data = source if isinstance(source, bytes) else _bytes(Path(source))
    try:
        file = read_list(data)
    except Malformed as error:
        raise Invalid(_("This list can't be published. %(problem)s") % {"problem": error}) from error
    digest = hashlib.sha256(data).hexdigest()
    latest = PublishedList.objects.filter(code=file.code).order_by("-version").first()
    if latest is not None and latest.sha256 == digest:
        return latest
    _refuse_out_of_turn(file, latest, today=business_date(now))
    agencies = _agencies(file)
    made = PublishedList.objects.create(
        public_id=f"{file.code}-{file.version}",
        code=file.code,
        version=file.version,
        effective_from=file.effective_from,
        words=file.words,
        text=data.decode(),
        sha256=digest,
        size=len(file.measures),
        published_at=now,
    )
    rows = [_entry(made, place, measure, agencies) for place, measure in enumerate(file.measures, start=1)]
    ListEntry.objects.bulk_create(rows)
    starts = file.effective_from.isoformat()
    ledger.note(
        "measures.list-published", by=by, about=made, at=now, sha256=digest, effective_from=starts, measures=len(rows)
    )
    return made


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(_("This file can't be read: %(problem)s.") % {"problem": error.strerror}) from error


def _refuse_out_of_turn(file: ListFile, latest: PublishedList | None, *, today: date) -> None:
    """Versions follow one another, and none but the first reaches back: measures already follow from another."""
    following = 1 if latest is None else latest.version + 1
    if file.version != following:
        raise Conflict(_("The next version of this list is %(version)s.") % {"version": following})
    if latest is not None and file.effective_from <= max(latest.effective_from, today):
        raise Conflict(_("A new version comes into force tomorrow or later, and after the one before it."))


def _agencies(file: ListFile) -> dict[str, Organisation]:
    """Who applies the measures, by code. Raises Invalid for one that isn't registered."""
    wanted = {measure.agency for measure in file.measures}
    found = {one.code: one for one in Organisation.objects.filter(code__in=wanted, kind=Organisation.Kind.AGENCY)}
    if missing := sorted(wanted - set(found)):
        said = {"codes": ", ".join(missing)}
        raise Invalid(_("These agencies aren't registered here, so they can't apply a measure: %(codes)s.") % said)
    return found


def _entry(made: PublishedList, place: int, measure: ListedMeasure, agencies: dict[str, Organisation]) -> ListEntry:
    trigger = measure.trigger
    return ListEntry(
        published=made,
        place=place,
        code=measure.code,
        key=f"{made.code}/{measure.code}",
        agency=agencies[measure.agency],
        kind=measure.kind.value,
        for_individuals=measure.individuals,
        for_companies=measure.companies,
        notice_days=measure.notice_days,
        by_band=trigger.by_band,
        categories=list(trigger.categories),
        notations=list(trigger.notations),
        at_most=trigger.at_most,
        at_least=trigger.at_least,
        bands=list(trigger.bands),
        words=measure.words,
    )
