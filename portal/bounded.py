"""A bound on how long a request may wait: a server that hangs must become a plain page, not a silent connection."""

import signal
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

SECONDS = 20.0
"""Less than the 30 seconds after which gunicorn ends a silent worker, and its connections with it."""

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class TookTooLong(psycopg.OperationalError):
    """The request has used up its time. An error of the database's kind, so that its connection isn't used again."""


def bounded(application: Application, *, seconds: float = SECONDS) -> Application:
    """The same application; TookTooLong is raised inside a request that takes longer than `seconds`.

    Works by a signal, so only where requests are answered in the main thread: gunicorn's ordinary workers.
    """

    def within(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if threading.current_thread() is not threading.main_thread():
            return application(environ, start_response)
        signal.signal(signal.SIGALRM, _raise)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return application(environ, start_response)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    return within


def _raise(*_: object) -> None:
    raise TookTooLong("The request took too long.")
