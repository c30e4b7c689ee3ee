"""`make bench`: every benchmark with its peer in the same run, and one table of ratios."""

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

    from tests.bench import api, engine, intake, reports

    call_command("migrate", verbosity=0)
    lines = [*engine.measure(), *reports.measure(), *api.measure(), *intake.measure(full="--full" in sys.argv)]
    sys.stdout.write("\n".join([table(lines), *intake.told]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
