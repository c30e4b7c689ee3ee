"""The environment, read once: modes, keys and addresses. A missing key in production stops the start with its name."""

import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from credit.core.crypto import new_key

ROOT = Path(__file__).resolve().parents[1]
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


def email_settings(url: str) -> dict[str, object]:
    """Django's settings for EMAIL_URL: `smtp://user:password@host:port`, `smtps://…` (TLS), `file:`, `console:`."""
    parts = urlsplit(url)
    backends = {"smtp": "smtp", "smtps": "smtp", "submission": "smtp", "file": "filebased", "console": "console"}
    if parts.scheme not in backends:
        raise Misconfigured(f'EMAIL_URL begins with "{parts.scheme}:"; it must be one of {", ".join(backends)}.')
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backends[parts.scheme]}.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or {"smtps": 465, "submission": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "submission",
        "EMAIL_TIMEOUT": 10,
    }
