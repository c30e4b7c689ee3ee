"""The reasons that officers and officials write, which many others read: nobody's official number stands in them."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from credit.core.errors import Invalid

NUMBER = re.compile(r"[0-9A-Z]{15,}")
DIGITS = 10
"""A run of so many letters and digits, with so many digits, could be somebody's official number."""
BETWEEN = re.compile(r"(?<=[0-9A-Z])[\s\-‐‑‒–—]+(?=[A-Z]*[0-9])")


def without_number(reason: str) -> str:
    """The reason, without space around it. Raises Invalid: empty, or with what could be an official number."""
    said = reason.strip()
    if not said:
        raise Invalid(_("Say why."), code="reason")
    runs = NUMBER.findall(BETWEEN.sub("", unicodedata.normalize("NFKC", said).upper()))
    if any(sum(character.isdigit() for character in run) >= DIGITS for run in runs):
        raise Invalid(_("Leave the number itself out of the reason: it stands in the file."), code="reason")
    return said
