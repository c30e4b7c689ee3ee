"""When two names on one identifier are one and the same. Pure."""

import re
import unicodedata

NOT_LETTERS = re.compile(r"[\W_]+")
HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


def name_key(name: str) -> str:
    """A name without regard to case, width, marks, spaces, and the order of its words."""
    text = unicodedata.normalize("NFKD", name).casefold()
    words = NOT_LETTERS.split("".join(letter for letter in text if not unicodedata.combining(letter)))
    return "".join(sorted(word for word in words if word))


def same_name(one: str, other: str) -> bool:
    """Whether two names can be one subject's.

    A name in Chinese characters and one without any can't be compared here (a transliteration): no conflict.
    """
    if one == other or bool(HAN.search(one)) != bool(HAN.search(other)):
        return True
    return name_key(one) == name_key(other)
