"""A bulk rescoring: its blocks one after the other, on as many threads as are of use, beside others who do the same."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from django.db import connection, transaction

from credit.ledger import actions as ledger
from credit.ledger.actions import HasPublicId
from credit.scoring.bulk import factscache, marking, storing
from credit.scoring.bulk.marking import Task
from credit.scoring.models import Scheme

THREADS = 2
"""While one computes, the database writes for the other."""

T = TypeVar("T")


@dataclass
class Rescoring:
    """What is to be done, and what was. `until`: the moment (time.monotonic) from which no block is begun any more."""

    scheme: Scheme
    day: date
    now: datetime
    by: HasPublicId | str
    everybody: bool = False
    until: float | None = None
    subjects: int = 0
    changed: int = 0
    left: int = 0
    busy: list[Task] = field(default_factory=list)

    def run(self) -> None:
        """All blocks, those that somebody else is in at the end.

        Inside somebody's transaction it stays on its connection, and nothing is kept beside the database: what is seen
        there may yet be undone, and no other connection sees it.
        """
        self.own = not connection.in_atomic_block
        tasks = marking.tasks(self.scheme, self.day, everybody=self.everybody)
        self.left = len(tasks)
        if self.own and not self._is_over():
            factscache.fill((task.block for task in tasks if task.dense), self._each)
        self._each(self._try, tasks)
        self._each(self._wait, list(self.busy))

    def _try(self, task: Task) -> None:
        if not self._rescore(task, wait=False):
            self.busy.append(task)

    def _wait(self, task: Task) -> None:
        self._rescore(task, wait=True)

    def _rescore(self, task: Task, *, wait: bool) -> bool:
        """One block in one transaction, with its entry; False where somebody else is in it."""
        if self._is_over():
            return True
        with transaction.atomic():
            if not storing.claim(self.scheme, task.block, wait=wait):
                return False
            subjects, changed = marking.rescore_block(
                self.scheme, task.block, day=self.day, now=self.now, everybody=self.everybody, cached=self.own
            )
            if changed:
                counts = {"subjects": subjects, "changed": changed}
                day = self.day.isoformat()
                ledger.note("scores.changed", by=self.by, about=self.scheme, at=self.now, as_of=day, **counts)
        self.subjects, self.changed, self.left = self.subjects + subjects, self.changed + changed, self.left - 1
        return True

    def _is_over(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until

    def _each(self, do: Callable[[T], None], things: Sequence[T]) -> None:
        """Do something for each thing, on threads with connections of their own."""
        if not self.own or len(things) < 2:
            for thing in things:
                do(thing)
            return

        def work(thing: T) -> None:
            try:
                do(thing)
            finally:
                connection.close()

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, things))
