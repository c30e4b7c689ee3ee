"""What every process does first: read the configuration, refuse what is missing, hold the embedded services."""

import sys

from portal import config
from portal.embedded import lease

DOCTOR_LINE = "Run manage.py doctor to see what this machine lacks."


def hold_services() -> None:
    """Take a lease where no addresses are configured. Ends the process with code 2 and one line when it can't."""
    env = config.read()
    if env.missing:
        raise config.Misconfigured(f"MODE=production needs {', '.join(env.missing)}. Set them and start again.")
    env.check_keys()
    if env.get("DATABASE_URL") and env.get("REDIS_URL"):
        return
    try:
        lease.hold(env.data_dir)
    except (lease.DidNotStart, OSError) as error:
        sys.stderr.write(f"{error}\n{DOCTOR_LINE}\n")
        sys.exit(2)
