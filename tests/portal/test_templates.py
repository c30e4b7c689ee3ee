"""All templates: nothing inline that the content security policy would stop, and nothing that needs JavaScript."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.name != "report.html")
INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+=["']|javascript:|<script(?![^>]*\ssrc=)|hx-on""", re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_no_inline_script_or_style(path):
    assert INLINE.findall(path.read_text()) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_form_that_posts_carries_its_token(path):
    forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(), re.IGNORECASE | re.DOTALL)
    own = [form for form in forms if "csrf_token" not in form and "{% slot" not in form]
    assert own == []
