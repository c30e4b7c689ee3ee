"""Publish a scheme, mark one subject, rescore many."""

import hashlib
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from credit.core.clock import business_date
from credit.core.errors import Conflict, Invalid, Unavailable
from credit.core.policy import Field, Permit
from credit.ledger import actions as ledger
from credit.ledger.actions import HasPublicId
from credit.scoring import signing
from credit.scoring.bulk import storing
from credit.scoring.bulk.rescoring import Rescoring
from credit.scoring.document import Document, recalculate
from credit.scoring.engine import Marks, next_change
from credit.scoring.explanation import explain
from credit.scoring.facts import document_of, versions_of
from credit.scoring.mark import Mark
from credit.scoring.models import OFFICIAL, Scheme, Score
from credit.scoring.schemefile import read_scheme
from credit.scoring.strictjson import Malformed
from credit.subjects.models import Subject


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a bulk rescoring did. `done` is False where its time was up before everybody had been looked at."""

    scheme: Scheme
    subjects: int
    changed: int
    seconds: float
    done: bool


@transaction.atomic
def publish(source: Path | str | bytes, *, by: HasPublicId | str, now: datetime, only_first: bool = False) -> Scheme:
    """Publish a scheme's TOML (a path or its bytes), signed. The same bytes twice are one.

    `only_first`: refuse any version but a scheme's first, as those after it come from the scheme board (drafts.py).
    Raises Invalid for a malformed file, Conflict for another text under a version that is published already, a version
    out of turn, or one that would come into force before the day or before an earlier version; Unavailable without a
    key to sign with.
    """
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        file = read_scheme(data)
    except OSError as error:
        raise Invalid(_("This file can't be read: %(problem)s.") % {"problem": error.strerror}) from error
    except Malformed as error:
        raise Invalid(_("This scheme can't be published. %(problem)s") % {"problem": error}) from error
    code, version = file.tree["code"], file.tree["version"]
    digest = hashlib.sha256(data).hexdigest()
    latest = Scheme.objects.filter(code=code).order_by("-version").first()
    if latest is not None and latest.sha256 == digest:
        return signing.sign(latest, now=now)
    if only_first and latest is not None:
        raise Conflict(_("The next version comes from the scheme board: hand it in as a draft on its pages."))
    refuse_out_of_turn(code, version, file.in_force_from, today=business_date(now))
    scheme = Scheme.objects.create(
        public_id=f"{code}-{version}",
        code=code,
        version=version,
        document=file.tree,
        text=data.decode(),
        sha256=digest,
        in_force_from=file.in_force_from,
        published_at=now,
    )
    ledger.note(
        "scheme.published", by=by, about=scheme, at=now, sha256=digest, in_force_from=file.in_force_from.isoformat()
    )
    return signing.sign(scheme, now=now)


def refuse_out_of_turn(code: str, version: int, starts: date, *, today: date) -> None:
    """Versions follow one another, and none but the first reaches back: marks already given were made by another.

    Raises Conflict.
    """
    latest = Scheme.objects.filter(code=code).order_by("-version").first()
    following = 1 if latest is None else latest.version + 1
    if version != following:
        raise Conflict(_("The next version of this scheme is %(version)s.") % {"version": following})
    if latest is not None and (starts <= latest.in_force_from or starts < today):
        raise Conflict(_("A new version comes into force today or later, and after the one before it."))


def scheme_in_force(on: date, code: str = OFFICIAL, *, known_at: datetime | None = None) -> Scheme:
    """The version in force on a day, of those known at a moment (None: now); before any was, the first.

    Raises Unavailable where there is none.
    """
    scheme = Scheme.objects.in_force(on, code, known_at=known_at) or Scheme.objects.in_force(on, code)
    if scheme is None:
        raise Unavailable(_('No scheme "%(code)s" is published yet. Run manage.py publish_scheme.') % {"code": code})
    return scheme


def mark_of(permit: Permit, *, now: datetime, as_of: date | None = None, known_at: datetime | None = None) -> Mark:
    """The mark of the permit's subject, never a stale one: it is computed from the file, and kept if it is today's.

    `as_of`: the day it is for (None: today). `known_at`: by what was known then (None: now).
    Raises NotAllowed unless the permit opens mark and records, Unavailable where no scheme is published.
    """
    permit.require(Field.MARK)
    today = business_date(now)
    scheme = scheme_in_force(as_of or today, known_at=known_at)
    # The revision is read before the records: a change in between leaves a score that is stale, never a wrong one.
    revision, kind = Subject.objects.values_list("revision", "kind").get(pk=permit.subject_id)
    versions = versions_of(permit, known_at=known_at)
    document = document_of(versions, scheme.rules_for(kind), as_of or today)
    marks = recalculate(document)
    scores = Score.objects.opened_by(permit).filter(scheme=scheme)
    if known_at is None and document.as_of == today and not scores.fresh(today).exists():
        storing.store_one(_score(permit, scheme, document, marks, revision=revision, now=now))
    return explain(scheme, versions, document, marks, known_at=known_at)


def _score(permit: Permit, scheme: Scheme, document: Document, marks: Marks, *, revision: int, now: datetime) -> Score:
    """The row that keeps one subject's marks."""
    stale_from = next_change(document.facts, marks)["stale_from"].to_list()
    return Score(
        subject_id=permit.subject_id,
        scheme=scheme,
        since=document.as_of,
        as_of=document.as_of,
        stale_from=stale_from[0] if stale_from else None,
        revision=revision,
        total=marks.scores["score"].item(),
        band=marks.scores["band"].item(),
        computed_at=now,
    )


def rescore(
    *,
    by: HasPublicId | str,
    now: datetime,
    code: str = OFFICIAL,
    as_of: date | None = None,
    everybody: bool = False,
    seconds: float | None = None,
) -> Rescored:
    """Rescore every subject whose score is stale (or everybody) under a scheme, block by block.

    Each block is one transaction with its journal entry: what is killed goes on where it stopped, and several processes
    share the work. `seconds` limits the time; what is left stays stale, for the next run. Raises Unavailable where the
    scheme was never published.
    """
    started = time.monotonic()
    day = as_of or business_date(now)
    scheme = scheme_in_force(day, code)
    until = None if seconds is None else started + seconds
    work = Rescoring(scheme, day, now, by, everybody=everybody, until=until)
    work.run()
    return Rescored(scheme, work.subjects, work.changed, time.monotonic() - started, done=work.left == 0)
