"""What this machine needs: `python3 portal/machine.py` sets all of it up, once. Standard library only, no Django.

Each step has an input digest; a step whose inputs haven't changed since it last succeeded does nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
OLDEST_PYTHON = (3, 11)
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

# Debian package → what it is for. Names hold for Debian 12, 13 and Ubuntu 22.04 to 26.04.
PACKAGES = {
    "python3-venv": "the virtual environment",
    "libpango-1.0-0": "reports: text layout",
    "libpangoft2-1.0-0": "reports: fonts",
    "libharfbuzz-subset0": "reports: small fonts, 13 times faster",
    "fonts-noto-cjk": "reports: Chinese type",
    "gettext": "translations",
    "util-linux": "setpriv, which ends the embedded services with their keeper",
    "chromium": "browser tests and pictures",
    "qpdf": "tests of reports",
    "poppler-utils": "tests of reports",
}


class Missing(SystemExit):
    """Something that only a human being can mend; ends the process with code 2 and says what to type."""

    def __init__(self, message: str) -> None:
        sys.stderr.write(f"{message}\n")
        super().__init__(2)


@dataclass(frozen=True)
class Step:
    """One part of the set-up: done again only when a digest of its inputs changes or its product is gone."""

    name: str
    inputs: tuple[str, ...]
    product: Path
    run: Callable[[], None]

    def digest(self) -> str:
        """Over the names and bytes of all inputs."""
        total = hashlib.sha256(sys.version.encode())
        for path in sorted(_files(self.inputs)):
            total.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
        return total.hexdigest()

    def ensure(self) -> None:
        """Run the step unless it has been done with these inputs."""
        stamp, digest = STAMPS / self.name, self.digest()
        if self.product.exists() and stamp.exists() and stamp.read_text() == digest:
            return
        sys.stderr.write(f"setup: {self.name}\n")
        self.run()
        STAMPS.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest)


def _files(patterns: Iterable[str]) -> list[Path]:
    return [path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()]


def run(*command: str | Path) -> None:
    """Run a command in the checkout, its output on standard error. Raises Missing when it fails."""
    environment = dict(os.environ) | {
        "UV_SYSTEM_CERTS": "1",
        "npm_config_update_notifier": "false",
        "PYTHONPATH": str(ROOT),
    }
    environment["PATH"] = f"{VENV / 'bin'}:{environment.get('PATH', os.defpath)}" if not node() else environment["PATH"]
    if CERTIFICATES.exists():
        for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
            environment.setdefault(name, str(CERTIFICATES))
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, stdout=sys.stderr, check=False)
    if done.returncode:
        raise Missing(f"setup: this failed with code {done.returncode}: {' '.join(str(part) for part in command)}")


def missing_packages() -> list[str]:
    """Names of Debian packages that aren't installed; empty where there is no dpkg."""
    if not shutil.which("dpkg-query"):
        return []
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *PACKAGES],
        capture_output=True,
        text=True,
        check=False,
    )
    there = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in PACKAGES if name not in there]


def install_packages() -> None:
    """Debian packages, as root or with sudo; elsewhere say which are missing. Raises Missing."""
    names = missing_packages()
    if "python3-venv" in names and venv_works():
        names.remove("python3-venv")  # a Python of one's own brings it along
    if not names:
        return
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *names]
    if os.geteuid() == 0:
        prefix: list[str] = []
    elif (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        prefix = ["sudo", "-n"]
    else:
        raise Missing(f"setup: missing on this machine: {', '.join(names)}. As root: {' '.join(install)}")
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    sys.stderr.write(f"setup: Debian packages {' '.join(names)}\n")
    run(*prefix, "apt-get", "update", "--quiet=2")
    run(*prefix, *install, "--quiet=2")


def venv_works() -> bool:
    """Whether this Python can make a virtual environment with pip."""
    try:
        import ensurepip
        import venv
    except ImportError:
        return False
    return bool(ensurepip.version()) and bool(venv)


def node() -> str | None:
    """The machine's own node when it is new enough (20 or later), or None: then the wheel's is used."""
    found = shutil.which("node")
    if not found or not shutil.which("npm"):
        return None
    asked = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    major = asked.stdout.strip().lstrip("v").split(".")[0]
    return found if major.isdigit() and int(major) >= 20 else None


def install_python() -> None:
    """The locked Python packages, each by its hash; uv comes from the same lock."""
    run(sys.executable, "-m", "venv", "--clear", VENV)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    uv = lock[lock.index("\nuv==") :].split("\n    # via")[0]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
        only_uv.write(uv)
        only_uv.flush()
        run(
            PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            only_uv.name,
        )
    uv_sync = (PYTHON, "-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode")
    run(*uv_sync, "--python", PYTHON, "requirements.lock")


def install_node() -> None:
    """The locked npm packages."""
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


def compile_own() -> None:
    """Bytecode of the portal's own code, which processes with PYTHONDONTWRITEBYTECODE would compile each time anew."""
    run(PYTHON, "-m", "compileall", "-q", "credit", "portal")


def build_static() -> None:
    """Styles and scripts, then Django's copies of them with digests in their names."""
    run("npm", "run", "--silent", "build")
    run(PYTHON, "manage.py", "collectstatic", "--noinput", "--verbosity=0")


STEPS = (
    Step("python", ("requirements.lock",), PYTHON, install_python),
    Step("bytecode", ("credit/**/*.py", "portal/**/*.py"), ROOT / "portal" / "__pycache__", compile_own),
    Step("node", ("package-lock.json",), ROOT / "node_modules", install_node),
    Step("static", ("static/build.mjs", "static/src/**/*", "package-lock.json"), ROOT / ".static", build_static),
    Step(
        "translations",
        ("locale/*/LC_MESSAGES/*.po",),
        ROOT / "locale/zh_Hans/LC_MESSAGES/django.mo",
        lambda: run(PYTHON, "manage.py", "compilemessages", "--verbosity=0"),
    ),
    Step(
        "fonts",
        ("credit/reports/fonts.py",),
        ROOT / ".fonts",
        lambda: run(PYTHON, "-m", "credit.reports.fonts", ROOT / ".fonts"),
    ),
)


def setup() -> None:
    """Everything that a fresh machine lacks. Raises Missing."""
    if sys.version_info < OLDEST_PYTHON:
        raise Missing(f"setup: Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    install_packages()
    if not venv_works():
        raise Missing("setup: this Python can't make a virtual environment. On Debian: apt-get install python3-venv")
    for step in STEPS:
        step.ensure()


if __name__ == "__main__":
    setup()
