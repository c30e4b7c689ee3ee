#!/usr/bin/env python
"""The portal's commands. Holds a lease on the embedded services for as long as a command needs them."""

import os
import sys

NEEDS_NO_SERVICE = {"compilemessages", "makemessages", "collectstatic", "help", "--help", "-h", "version", "--version"}


def main() -> None:
    """Run a command. Exits 2 with one line when the environment or the services don't allow it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in NEEDS_NO_SERVICE and "--offline" not in sys.argv and "--help" not in sys.argv:
        from portal import entry

        entry.hold_services()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
