"""Two files of one company, and the officials who join and part them."""

from datetime import datetime, timedelta
from typing import Any

from credit.access import actions as access
from credit.access.actors import command_actor
from credit.core.identifiers import Identifier, IdentifierKind
from credit.core.policy import Permit, Purpose
from credit.identity.models import User
from credit.records import merging
from credit.records.models import RecordVersion
from credit.scoring import actions as scoring
from credit.subjects.models import Merging, Subject
from credit.subjects.rules import Move
from tests import factories
from tests.records.conftest import Office as Desk
from tests.records.files import rating, ratings
from tests.reports.world import SCHEME

LEI = Identifier(IdentifierKind.LEI, "5493001KJTIIGC8Y1R12")


class Files:
    """A company that is on file twice, by its USCC and by its LEI, and two officials."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.now = desk, desk.now
        scoring.publish(SCHEME, by="test", now=self.now)
        self.first, self.second = factories.official(), factories.official()
        self.uscc = factories.company("示例1公司", factories.uscc(1))
        self.lei = factories.company("Example 1 Ltd", LEI)
        self.pair = merging.suggest(factories.uscc(1), LEI, by=self.first, now=self.now)

    def move(self, made: Move, by: User, **kwargs: Any) -> Merging:
        """Look, then move, an hour later."""
        self.now += timedelta(hours=1)
        merging.look_at(self.pair.public_id, by=by, now=self.now)
        self.pair.refresh_from_db()
        seen = kwargs.pop("seen", self.pair.steps_taken)
        said = {"reason": "The same register entry.", "survivor": self.uscc.public_id} | kwargs
        moved = merging.move(self.pair.public_id, made, by=by, now=self.now, seen=seen, **said)
        for subject in (self.uscc, self.lei, self.pair):
            subject.refresh_from_db()
        return moved

    def join(self) -> None:
        """Two officials join the two files."""
        self.move(Move.PROPOSE, self.first)
        self.move(Move.CONFIRM, self.second)

    def part(self) -> None:
        """Two officials part them again."""
        self.move(Move.PROPOSE_UNDO, self.second)
        self.move(Move.CONFIRM_UNDO, self.first)

    def state(self, identifier: Identifier, number: int, *, mark: str = "A", **row: str) -> None:
        """The tax office delivers a grade under a number."""
        self.now += timedelta(hours=1)
        self.desk.now = self.now
        name = "Example 1 Ltd" if identifier.kind is IdentifierKind.LEI else "示例1公司"
        line = rating(
            number, identifier_type=identifier.kind.value, identifier=identifier.value, name=name, mark=mark, **row
        )
        self.desk.publish(ratings(line, rating(900 + self.now.hour, document=self.now.isoformat())), now=self.now)

    def look(self, subject: Subject, *, as_it_was: bool = False, at: datetime | None = None) -> Permit:
        """An operator's look."""
        actor = command_actor(factories.operator())
        return access.disclose(actor, subject, Purpose.OPERATION, as_it_was=as_it_was, now=at or self.now)

    def held(self, subject: Subject) -> list[str]:
        """The documents in a file."""
        current = RecordVersion.objects.filter(subject=subject).current().select_related("record")
        return sorted(version.record.document for version in current)
