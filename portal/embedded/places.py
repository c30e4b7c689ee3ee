"""Where the embedded services keep their things. Pure paths; starts nothing."""

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

SOCKET_PATH_LIMIT = 90  # sun_path holds 108 bytes, and PostgreSQL appends "/.s.PGSQL.5432.lock"
DATABASE = "plainmark"


@dataclass(frozen=True)
class Services:
    """How to reach a running pair of services."""

    socket_dir: str
    redis_port: int
    redis_password: str

    @property
    def database_url(self) -> str:
        """The owner's connection, over the private socket."""
        return f"postgresql://{DATABASE}@{quote(self.socket_dir, safe='')}/{DATABASE}"

    @property
    def superuser_url(self) -> str:
        """The bootstrap superuser's connection, over the private socket."""
        return f"postgresql://postgres@{quote(self.socket_dir, safe='')}/postgres"

    @property
    def redis_url(self) -> str:
        """Loopback only, with its password."""
        return f"redis://:{self.redis_password}@127.0.0.1:{self.redis_port}/0"


@dataclass(frozen=True)
class Places:
    """The files of the embedded services of one DATA_DIR."""

    data_dir: Path

    @property
    def postgres(self) -> Path:
        """PGDATA."""
        return self.data_dir / "postgres"

    @property
    def redis(self) -> Path:
        """Redis's folder: configuration and append-only files."""
        return self.data_dir / "redis"

    @property
    def announcement(self) -> Path:
        """Written by the keeper when both answer, removed before it stops them."""
        return self.data_dir / "services.json"

    def lock(self, name: str) -> Path:
        """The file of a named lock."""
        return self.data_dir / f"{name}.lock"

    @property
    def socket_dir(self) -> Path:
        """A folder of mode 0700, near the data where the path is short enough."""
        near = self.data_dir / "socket"
        if len(str(near)) <= SOCKET_PATH_LIMIT:
            return near
        name = hashlib.sha256(f"{os.getuid()}:{self.data_dir}".encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"plainmark-{name}"

    def announce(self, services: Services) -> None:
        """Tell every process of this DATA_DIR how to reach the services; readable by its owner only."""
        draft = self.announcement.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(services)), encoding="utf-8")
        draft.replace(self.announcement)

    def announced(self) -> Services | None:
        """What the keeper announced, or None while nothing runs."""
        try:
            return Services(**json.loads(self.announcement.read_text(encoding="utf-8")))
        except (FileNotFoundError, json.JSONDecodeError, TypeError):
            return None
