"""`/livez`: this process answers. `/readyz`: it can do its work. For machines; no person's data."""

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from credit.access.doors import anyone


@anyone
def livez(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"alive": True})


@anyone
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL and Redis answer, else 503 with what doesn't."""
    answers = {"database": _database(), "redis": _redis()}
    ready = all(answers.values())
    return JsonResponse({"ready": ready, "mode": settings.MODE, **answers}, status=200 if ready else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis() -> bool:
    try:
        cache.get("readyz")
    except redis.RedisError:
        return False
    return True
