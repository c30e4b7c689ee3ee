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


BYTES = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256 // len(ALPHABET) * len(ALPHABET)))
TOO_GREAT = bytes(range(len(BYTES), 256))
"""Random bytes that are left out, so that every letter is as likely as every other."""


def new_public_ids(count: int, groups: int = 2) -> list[str]:
    """As `new_public_id`, many at once."""
    return public_id_lines(count, groups).decode("ascii").split()


def public_id_lines(count: int, groups: int = 2) -> bytes:
    """As `new_public_ids`, a line each: a million take little more room than their letters."""
    width, step = 4 * groups, 5 * groups
    letters = b""
    while len(letters) < count * width:
        raw = secrets.token_bytes(count * width - len(letters) + 64)
        letters += raw.translate(BYTES.ljust(256), TOO_GREAT)
    text = bytearray(b"-") * (count * step)
    for place in range(width):
        text[place + place // 4 :: step] = letters[place : count * width : width]
    text[step - 1 :: step] = b"\n" * count
    return bytes(text)


def read_aloud(text: str) -> str:
    """A public id as a person may have typed it: lower case, spaces for hyphens, no hyphens."""
    letters = re.sub(r"[^0-9A-Z]", "", text.upper())
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
