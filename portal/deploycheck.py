"""`make check`: Django's own `check --deploy` on production settings, with keys made up for the occasion.

Asks no service: it reads the settings as a production start would, and fails on any warning.
"""

import os
import sys
import tempfile

from credit.core.crypto import new_key


def main() -> int:
    """0 when production settings pass every check."""
    made_up = {
        "MODE": "production",
        "SECRET_KEY": new_key() + new_key(),
        "FIELD_KEYS": new_key(),
        "LEDGER_KEY": new_key(),
        "DATABASE_URL": "postgresql://plainmark@localhost/plainmark",
        "REDIS_URL": "redis://localhost/0",
        "ALLOWED_HOSTS": "plainmark.example",
        "EMAIL_URL": "smtp://localhost",
        "SIGNING_KEY": "unread",
        "SIGNING_CERTIFICATE": "unread",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(made_up, DATA_DIR=folder)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("check", deploy=True, fail_level="WARNING")
    return 0


if __name__ == "__main__":
    sys.exit(main())
