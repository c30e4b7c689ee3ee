"""The environment, read once: modes, keys and addresses. A missing key in production stops the start with its name."""

import json
import logging
import os
import re
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url

from credit.core import clock
from credit.core.crypto import new_key, read_keys

ROOT = Path(__file__).resolve().parents[1]
SHORTEST_SECRET = 50
"""Characters of SECRET_KEY in production, as Django's own deployment check asks (security.W009)."""

DEVELOPMENT_KEYS = ("SECRET_KEY", "FIELD_KEYS", "LEDGER_KEY")
REQUIRED_IN_PRODUCTION = (
    "SECRET_KEY",
    "FIELD_KEYS",
    "LEDGER_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "SIGNING_KEY",
    "SIGNING_CERTIFICATE",
)


class Misconfigured(SystemExit):
    """The environment lacks something; the message names it. Ends the process with code 2."""

    def __init__(self, message: str) -> None:
        sys.stderr.write(f"{message}\n")
        super().__init__(2)


@dataclass(frozen=True)
class Config:
    """What the environment says; `missing` names what production needs and doesn't have."""

    mode: str
    data_dir: Path
    values: dict[str, str]

    @property
    def production(self) -> bool:
        """Whether every key must have been given."""
        return self.mode == "production"

    @property
    def missing(self) -> list[str]:
        """The names of the variables that production needs and that are empty."""
        return [name for name in REQUIRED_IN_PRODUCTION if self.production and not self.get(name)]

    def get(self, name: str, default: str = "") -> str:
        """A variable, or its default when it is empty."""
        return self.values.get(name) or default

    def check_keys(self) -> None:
        """Raises Misconfigured for a key that is given and isn't one, or a SECRET_KEY that can be guessed."""
        if self.production and len(self.get("SECRET_KEY")) < SHORTEST_SECRET:
            raise Misconfigured(f"SECRET_KEY is too short; give {SHORTEST_SECRET} random characters or more.")
        for name in ("FIELD_KEYS", "LEDGER_KEY"):
            try:
                keys = read_keys(self.get(name))
            except ValueError:
                keys = ()
            if not keys or (name == "LEDGER_KEY" and len(keys) > 1):
                raise Misconfigured(f"{name} isn't a base64 key of 32 bytes. Make one with: openssl rand -base64 32")

    def number(self, name: str, default: int, *, highest: int) -> int:
        """A whole number from 1 to `highest`, or its default when it is empty. Raises Misconfigured."""
        text = self.get(name, str(default))
        if not re.fullmatch("[0-9]{1,18}", text) or not 1 <= int(text) <= highest:
            raise Misconfigured(f'{name} is "{text}"; it must be a whole number from 1 to {highest}.')
        return int(text)

    def level(self, default: str) -> str:
        """The log's level, or its default when it is empty. Raises Misconfigured."""
        text = self.get("LOG_LEVEL", default).upper()
        if text not in logging.getLevelNamesMapping():
            raise Misconfigured(f'LOG_LEVEL is "{text}"; it must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL.')
        return text

    def zone(self) -> str:
        """The zone of business dates. Raises Misconfigured."""
        name = self.get("PORTAL_ZONE", clock.DEFAULT_ZONE)
        try:
            return clock.zone_named(name).key
        except ValueError as error:
            raise Misconfigured(f'PORTAL_ZONE is "{name}"; it must be a zone like {clock.DEFAULT_ZONE}.') from error

    def flag(self, name: str) -> bool:
        """Whether a variable says yes."""
        return self.get(name).lower() in {"1", "true", "yes", "on"}


def development_keys(data_dir: Path) -> dict[str, str]:
    """The generated keys of a demo, made once and kept under DATA_DIR, readable by their owner only."""
    path = data_dir / "keys.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = data_dir / f"keys.{os.getpid()}.draft"
        draft.touch(mode=0o600)
        draft.write_text(
            json.dumps({"SECRET_KEY": secrets.token_urlsafe(48), "FIELD_KEYS": new_key(), "LEDGER_KEY": new_key()})
        )
        with suppress(FileExistsError):  # whoever comes first wins; nobody overwrites
            os.link(draft, path)
        draft.unlink()
    keys: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return keys


def read() -> Config:
    """The configuration of this process. Raises Misconfigured for an unknown MODE or a missing key in production."""
    values = dict(os.environ)
    mode = values.get("MODE") or "demo"
    if mode not in {"demo", "production"}:
        raise Misconfigured(f'MODE is "{mode}"; it must be "demo" or "production".')
    data_dir = Path(values.get("DATA_DIR") or ROOT / ".data").resolve()
    if mode == "demo":
        for name, key in development_keys(data_dir).items():
            values[name] = values.get(name) or key
    return Config(mode, data_dir, values)


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for DATABASE_URL, which is PostgreSQL's. Raises Misconfigured, without the address."""
    try:
        if urlsplit(url).scheme not in {"postgresql", "postgres"}:
            raise ValueError(url)
        return dict(dj_database_url.parse(url, engine="django.db.backends.postgresql"))
    except (ValueError, dj_database_url.ParseError) as error:
        raise Misconfigured("DATABASE_URL must be like postgresql://owner:secret@host:5432/name.") from error


def email_settings(url: str) -> dict[str, object]:
    """Django's settings for EMAIL_URL: `smtp://user:password@host:port`, `smtps://…` (TLS), `file:`, `console:`."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise Misconfigured("EMAIL_URL has a port that isn't one.") from error
    backends = {"smtp": "smtp", "smtps": "smtp", "submission": "smtp", "file": "filebased", "console": "console"}
    if parts.scheme not in backends:
        raise Misconfigured(f'EMAIL_URL begins with "{parts.scheme}:"; it must be one of {", ".join(backends)}.')
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backends[parts.scheme]}.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": port or {"smtps": 465, "submission": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "submission",
        "EMAIL_TIMEOUT": 10,
    }
