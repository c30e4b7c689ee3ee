"""When two names on one identifier are one and the same. Pure.

No conflict is: case, width, accents, punctuation and spaces; the order of given and family names; the ways in which
passports write letters that A to Z lacks (ICAO 9303: Müller is MUELLER or MULLER); and a name in another script, which
can only be compared by somebody who can read both (a transliteration).
"""

import re
import unicodedata
from functools import lru_cache
from itertools import permutations

NOT_LETTERS = re.compile(r"[\W_]+")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"})
EXPANDED = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
"""Letters that passports write with two (ICAO 9303-3, section 6); PLAIN: how others write them."""

MOST_WORDS = 5
"""Names of more words are compared in their own order, and in the alphabet's."""


def name_key(name: str) -> str:
    """A name without regard to case, width, accents, punctuation, spaces, and the order of its words."""
    return "".join(sorted(_words(name)))


def same_name(one: str, other: str) -> bool:
    """Whether two names can be one subject's. Names in different scripts can't be compared here: no conflict."""
    if one == other or _in_different_scripts(one, other):
        return True
    return not _keys(one).isdisjoint(_keys(other))


def _in_different_scripts(one: str, other: str) -> bool:
    """One has Chinese characters and the other has none, or they share no script at all."""
    if one.isascii() and other.isascii():
        return False
    if bool(HAN.search(one)) != bool(HAN.search(other)):
        return True
    scripts = _scripts(one), _scripts(other)
    return all(scripts) and scripts[0].isdisjoint(scripts[1])


def _keys(name: str) -> set[str]:
    """All that a name may look like when only its letters are left."""
    found: set[str] = set()
    for expand in (False, True):
        words = _words(name, expand=expand)
        found |= {"".join(words), "".join(sorted(words))}
        # Words are joined differently too (Xiao Ming, Xiaoming), so their order can't just be the alphabet's.
        if len(words) <= MOST_WORDS and not HAN.search(name):
            found |= {"".join(order) for order in permutations(words)}
    return found


def _words(name: str, *, expand: bool = False) -> list[str]:
    text = unicodedata.normalize("NFKC", name).casefold()
    if expand:
        text = "".join(EXPANDED.get(letter, letter) for letter in text)
    text = unicodedata.normalize("NFKD", text.translate(PLAIN)).casefold()
    words = NOT_LETTERS.split("".join(letter for letter in text if not unicodedata.combining(letter)))
    return [word for word in words if word]


def _scripts(name: str) -> set[str]:
    return {_script(letter) for letter in unicodedata.normalize("NFKC", name) if letter.isalpha()}


@lru_cache(maxsize=10_000)
def _script(letter: str) -> str:
    """The script that a letter belongs to, as its Unicode name begins: LATIN, CJK, CYRILLIC…"""
    return unicodedata.name(letter, "?").split()[0]
