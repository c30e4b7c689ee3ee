"""What this process and the database's have used."""

from pathlib import Path


def most_memory() -> float:
    """MiB that this process had at most; getrusage would tell those of whoever started it, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def database_seconds() -> float:
    """Seconds of processor that all processes of the database have used so far; 0 where it runs elsewhere."""
    import psutil
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    try:
        first = psutil.Process(backend).parent()
        used = 0.0 if first is None else sum(first.cpu_times()[:4])
        return used + sum(sum(child.cpu_times()[:2]) for child in (first.children() if first else []))
    except psutil.Error:
        return 0.0
