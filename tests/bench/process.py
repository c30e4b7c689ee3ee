"""What this process and the database's have used."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def most_memory() -> float:
    """MiB that this process had at most; getrusage would tell those of whoever started it, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


@contextmanager
def memory_of_all() -> Iterator[list[float]]:
    """MiB that this process and those that it starts have together, looked at twenty times a second."""
    import psutil

    found, done, here = [most_memory()], threading.Event(), psutil.Process()

    def look() -> None:
        while not done.wait(0.05):
            total = here.memory_info().rss
            for child in here.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.Error:
                    continue  # it has just ended
            found.append(total / 1024**2)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield found
    finally:
        done.set()
        watch.join()


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
