"""The web server's entry point."""

import os

from portal import entry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
entry.hold_services()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from portal.bounded import bounded  # noqa: E402

application = bounded(get_wsgi_application())
# All addresses and their views now: cut short by the bound in the first request, an import would stay broken for good.
get_resolver().url_patterns  # noqa: B018

from django.db import connection  # noqa: E402

from portal.database import check_role  # noqa: E402

check_role()
connection.close()  # gunicorn loads this before it forks its workers, which must not share one
