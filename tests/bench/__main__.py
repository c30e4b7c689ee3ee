"""`make bench`: every benchmark with its peer in the same run, and one table of ratios.

`make bench ARGS="--full"` takes the large sizes, `ARGS="engine rescoring"` only what is named.
"""

import sys
from collections.abc import Iterable

from tests import services  # noqa: F401  starts the run's own services


def table(lines: Iterable[tuple[str, str, float, str, float]]) -> str:
    """What was measured, ours, the peer's, and how many times faster ours is (medians, in seconds)."""
    rows = [("what", "ours", "s", "peer", "s", "times faster")]
    for what, ours, mine, peer, theirs in lines:
        rows.append((what, ours, f"{mine:.3f}", peer, f"{theirs:.3f}", f"{theirs / mine:.1f}"))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> int:
    """Print the table. 0 always: a benchmark tells, it doesn't judge."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench import api, engine, intake, reports, rescoring

    call_command("migrate", verbosity=0)
    full = "--full" in sys.argv
    benches = {
        "engine": engine.measure,
        "rescoring": lambda: rescoring.measure(full=full),  # first, in a database without anybody else
        "reports": reports.measure,
        "api": api.measure,
        "intake": lambda: intake.measure(full=full),
    }
    named = [word for word in sys.argv[1:] if not word.startswith("-")]
    lines = [line for name, measure in benches.items() if name in named or not named for line in measure()]
    told = [*engine.told, *rescoring.told, *intake.told]
    sys.stdout.write("\n".join([table(lines), *told]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
