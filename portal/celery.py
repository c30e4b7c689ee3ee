"""The queue. The database is the truth and the queue is a hint: the beat's sweepers find what a lost message left."""

import ctypes
import os
import signal
import sys
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import beat_embedded_init, setup_logging, worker_init, worker_process_init

from portal import entry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
entry.hold_services()

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

# Celery warns of root because of pickled tasks; ours are JSON, and a fresh machine's demo is often root's.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("plainmark")
app.conf.update(settings.CELERY)
app.autodiscover_tasks(["credit.ledger", "credit.records", "credit.scoring", "credit.measures", "credit.reports"])
app.conf.beat_schedule = {
    "ledger.seal": {"task": "ledger.seal", "schedule": 10.0, "options": {"expires": 10}},
    "records.sweep": {"task": "records.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "records.expire": {"task": "records.expire", "schedule": 600.0, "options": {"expires": 600}},
    "records.clear_api": {"task": "records.clear_api", "schedule": 3600.0, "options": {"expires": 3600}},
    "measures.sweep": {"task": "measures.sweep", "schedule": 60.0, "options": {"expires": 60}},
    "reports.sweep": {"task": "reports.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "scoring.sweep": {"task": "scoring.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "scoring.rescore_stale": {"task": "scoring.rescore_stale", "schedule": 60.0, "options": {"expires": 60}},
}


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery must not replace the log that the settings describe."""


@worker_process_init.connect
def yield_to_pages(**_: Any) -> None:
    """Whoever waits for a page comes before a worker's million rows."""
    os.nice(10)


PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""

THIS_WORKER = os.getpid()
"""The worker's first process, which imports this; those that it forks know it by this."""


@beat_embedded_init.connect
def end_with_the_worker(**_: Any) -> None:
    """The beat is the worker's child, and nobody else's: where that was killed it would wait for a broker for ever."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # as SystemExit it would be lost where something catches all
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != THIS_WORKER:  # it was killed just before
        os.kill(os.getpid(), signal.SIGTERM)


@worker_init.connect
def check_role(**_: Any) -> None:
    """A worker refuses to run as a role that could read around the rules."""
    from portal import database

    try:
        database.check_role()
    except database.WrongRole as wrong:  # Celery only logs what a signal's receiver raises, and works on
        sys.stderr.write(f"{wrong}\n")
        sys.exit(2)
