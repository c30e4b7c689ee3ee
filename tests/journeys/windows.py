"""Browser windows for sample people, and what went wrong in them."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, StorageState, expect

from tests.journeys.running import Portal, totp

ACTION_SECONDS = 15
STATIC = "/static/"


@dataclass
class Windows:
    """Opens windows, each with its own cookies. A person signs in once: a code of a second factor works only once."""

    portal: Portal
    browser: Browser
    problems: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    signed_in: dict[str, StorageState] = field(default_factory=dict)

    def open(self, person: dict[str, Any] | None = None, *, script: bool = True, **options: Any) -> Page:
        """A window, in which `person` has signed in through the real pages; `script`: whether JavaScript runs."""
        state = self.signed_in.get(person["email"]) if person else None
        defaults = {"base_url": self.portal.url, "locale": "en", "java_script_enabled": script, "storage_state": state}
        context = self.browser.new_context(**defaults | options)
        context.set_default_timeout(ACTION_SECONDS * 1000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("response", self._answered)
        if person and state is None:
            sign_in(page, person)
            self.signed_in[person["email"]] = context.storage_state()
        return page

    def close(self) -> None:
        """Every window that is open."""
        while self.contexts:
            self.contexts.pop().close()

    def _said(self, message: ConsoleMessage) -> None:
        """The browser reports what the content security policy stopped as an error; and each refused page."""
        refused = message.text.startswith("Failed to load resource") and STATIC not in message.location["url"]
        if message.type in ("error", "warning") and not refused:
            self.problems.append(f"{message.location['url']}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and STATIC in response.url):
            self.problems.append(f"{response.url}: {response.status}")


def sign_in(page: Page, person: dict[str, Any]) -> None:
    """By the pages that everybody signs in with."""
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main form button[type=submit]").first.click()
    if person["totp_secret"]:
        page.locator("input[name=code]").fill(totp(person["totp_secret"]))
        page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("button", name=re.compile("Sign out|退出登录"))).to_be_visible()
