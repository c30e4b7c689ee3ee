#!/usr/bin/env python
"""The portal's commands. Holds a lease on the embedded services for as long as a command needs them."""

import io
import os
import signal
import sys

from django.core.management import BaseCommand, ManagementUtility, get_commands

NEEDS_NO_SERVICE = {"compilemessages", "makemessages", "collectstatic", "help", "--help", "-h", "version", "--version"}


class Commands(ManagementUtility):
    """Django's, but that an unknown command is a wrong call: exit code 2, as for every other one."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """The command with this name. Ends the process where there is none."""
        if subcommand not in get_commands():
            sys.stderr.write(f'There is no command "{subcommand}"; manage.py help lists them.\n')
            sys.exit(2)
        return super().fetch_command(subcommand)


def main() -> None:
    """Run a command. Exits 2 with one line when the environment or the services don't allow it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in NEEDS_NO_SERVICE and "--offline" not in sys.argv and "--help" not in sys.argv:
        from portal import entry

        entry.hold_services()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8, whatever the terminal's own encoding is
    try:
        try:
            Commands(sys.argv).execute()
        finally:  # a command that says "no" ends by SystemExit
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read the answer has had enough: end as if by SIGPIPE, quietly
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)


if __name__ == "__main__":
    main()
