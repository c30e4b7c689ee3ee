"""Public ids: random, short, readable aloud. They tell nothing about what they name."""

import re
import secrets

# Crockford's base 32 without the letters that sound or look like another, and without vowels that make words.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
PATTERN = re.compile(rf"^[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}})+$")
LENGTH = 32


def new_public_id(groups: int = 2) -> str:
    """`groups` groups of four characters: "8KQ2-M4TZ". Two groups are 38 bits, four are 76."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(groups))


def read_aloud(text: str) -> str:
    """A public id as a person may have typed it: lower case, spaces for hyphens, no hyphens."""
    letters = re.sub(r"[^0-9A-Z]", "", text.upper())
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
