"""Somebody at a portal's pages without a browser: cookies, forms, and how long each answer took."""

import re
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.journeys.running import totp

PATIENCE_SECONDS = 40
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
DOOR = re.compile(r'class="pm-card__title">\s*<a[^>]*href="([^"]+)"')


@dataclass
class Visitor:
    """One person's session with a portal at `base`."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.base + path, timeout=PATIENCE_SECONDS)

    def post(self, path: str, fields: dict[str, str], token: str, **more: Any) -> requests.Response:
        """Send a form with the `token` that a page gave it; `files=` as requests takes them."""
        data = fields | {"csrfmiddlewaretoken": token}
        return self.session.post(self.base + path, data, timeout=PATIENCE_SECONDS, **more)

    def token(self, path: str) -> str:
        """The token against forged requests, from a page."""
        return TOKEN.findall(self.get(path).text)[0]

    def sign_in(self, person: dict[str, Any]) -> "Visitor":
        """By the pages that everybody signs in with."""
        login = "/account/login/"
        fields = {"login": person["email"], "password": person["password"]}
        answer = self.post(login, fields, self.token(login))
        if person["totp_secret"]:
            answer = self.post(
                answer.url[len(self.base) :], {"code": totp(person["totp_secret"])}, TOKEN.findall(answer.text)[0]
            )
        assert "/account/" not in answer.url, answer.url
        return self

    def door(self) -> str:
        """The path of the first door on the start page."""
        return DOOR.findall(self.get("/").text)[0]
