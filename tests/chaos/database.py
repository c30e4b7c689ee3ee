"""The services of a running portal, seen from outside: where work stands, and time that passes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from portal.embedded.places import DATABASE, Services
from tests.journeys.running import Portal


def services(portal: Portal) -> Services:
    """The addresses of a running portal's services."""
    return Services(**json.loads((portal.data_dir / "services.json").read_text()))


@contextmanager
def database_of(portal: Portal) -> Iterator[psycopg.Connection[Any]]:
    """The portal's database, as its superuser: to see where work stands, and to let time pass."""
    url = services(portal).superuser_url.removesuffix("postgres") + DATABASE
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def time_passes(portal: Portal, table: str, column: str, seconds: int) -> None:
    """The claims of dead workers are good for a while; nobody waits for that here."""
    with database_of(portal) as connection:
        connection.execute(f"UPDATE {table} SET {column} = {column} - interval '{seconds} seconds'")
