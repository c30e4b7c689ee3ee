"""What axe finds on a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that the page breaks, each with the first elements that do. Fails where axe looked at nothing."""
    found = Axe().run(page).response
    assert found["passes"], page.url
    return [(rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in found["violations"]]
