"""Facts in columns beside the database, one file a block of subjects, so that a night doesn't read everything again.

The database is the truth; DATA_DIR/facts is a cache of this host that can be thrown away at any time. It stays exact:

- A block keeps the revision of each file that it holds, read before the facts. A file whose revision differs is read
  again: every change of a file raises its revision, in the same transaction. As revisions only rise and subjects are
  never deleted, a block in which there are as many subjects with the same sum of revisions hasn't changed.
- A block names the newest entry of the ledger when it was read. Where the database doesn't have that entry, it is
  another one or was set back to an earlier moment: the block is read anew.
- Inside somebody's transaction, which may yet be undone, nothing is kept: see rescoring.py.
- A file that isn't what was written, to the last byte, is read anew. Two processes may write at once: each file is put
  in place whole, and each is right.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import polars as pl
from django.conf import settings

from credit.ledger.models import Entry
from credit.scoring.bulk import factsfile, loading
from credit.scoring.bulk.factsfile import SUBJECTS, Anchor, Block, Count

AT_ONCE = 32
"""Blocks that are filled in one pass over all records: some 400 MB in memory."""

MANY = 4
"""So many blocks are worth a pass over all records."""

Work = Callable[[Callable[[int], None], Sequence[int]], None]
"""Does something for each of some numbers, in whatever order, on as many threads as there are."""


def directory() -> Path:
    """DATA_DIR/facts."""
    return Path(settings.DATA_DIR) / "facts"


def path_of(block: int) -> Path:
    """Where a block is kept."""
    return directory() / f"{block:08d}.facts"


def block_of(subject: int) -> int:
    """The block that a subject is in."""
    return subject // SUBJECTS


def bounds(block: int) -> tuple[int, int]:
    """The first subject of a block, and the one after its last."""
    return block * SUBJECTS, (block + 1) * SUBJECTS


def facts_in(block: int, count: Count) -> pl.DataFrame:
    """The facts of a block, in order: from its file, with what has changed since read again, or all read anew.

    `count`: what was counted in the block before.
    """
    kept = _kept(block)
    if kept is not None and kept.count == count:
        return kept.facts
    first, last = bounds(block)
    files = loading.files_between(first, last)
    facts = _brought_up_to_date(kept, files) if kept else factsfile.in_order(loading.facts_between(first, last))
    _keep(block, files, facts)
    return facts


def fill(blocks: Iterable[int], work: Work) -> None:
    """Make the files that are missing among those of some blocks, if they are many: all in few passes."""
    factsfile.clear(directory())
    cold = sorted(block for block in blocks if _kept(block) is None)
    for start in range(0, len(cold), AT_ONCE):
        if len(cold) - start >= MANY:
            _fill(cold[start : start + AT_ONCE], work)


def _fill(blocks: list[int], work: Work) -> None:
    wanted = frozenset(blocks)
    (first, _), (_, last) = bounds(blocks[0]), bounds(blocks[-1])
    files = {block: loading.files_between(*bounds(block)) for block in blocks}
    found: defaultdict[int, list[pl.DataFrame]] = defaultdict(list)

    def read(start: int) -> None:
        facts = loading.facts_in_slice(start, first, last)
        parts = facts.with_columns(block=pl.col("subject") // SUBJECTS).partition_by(
            "block", as_dict=True, include_key=False
        )
        for (block,), part in parts.items():
            if block in wanted:
                found[block].append(part)

    def keep(block: int) -> None:
        facts = pl.concat([pl.DataFrame(schema=factsfile.FACTS), *found.pop(block, [])])
        _keep(block, files[block], factsfile.in_order(facts))

    work(read, list(loading.slices()))
    work(keep, blocks)


def _brought_up_to_date(kept: Block, files: pl.DataFrame) -> pl.DataFrame:
    """The facts of a block with the files read again whose revision isn't the kept one."""
    changed = files.join(kept.files, on=["subject", "revision"], how="anti")["subject"]
    same = kept.facts.filter(~pl.col("subject").is_in(changed.implode()))
    words = [pl.col(name).cast(pl.String).cast(pl.Categorical) for name in factsfile.WORDS]
    return factsfile.in_order(pl.concat([same.with_columns(words), loading.facts_of(changed.to_list())]))


def _kept(block: int) -> Block | None:
    """What is kept of a block, if this database's history has led through it."""
    kept = factsfile.read(path_of(block))
    if kept is None or not _is_ours(kept.anchor):
        return None
    return kept


def _is_ours(anchor: Anchor) -> bool:
    found = Entry.objects.filter(pk=anchor.entry).values_list("commitment", flat=True).first()
    return found is not None and bytes(found).hex() == anchor.commitment


def _keep(block: int, files: pl.DataFrame, facts: pl.DataFrame) -> None:
    """After the facts were read: so the entry is newer than whatever changed them."""
    newest = Entry.objects.order_by("-pk").values_list("pk", "commitment").first()
    if newest is not None:
        anchor = Anchor(newest[0], bytes(newest[1]).hex())
        factsfile.write(path_of(block), Block(anchor, files, facts))
