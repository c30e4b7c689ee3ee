"""When two names on one identifier are one and the same. Pure.

No conflict is: case, width, accents, punctuation and spaces; the order of given and family names; the ways in which
passports write letters that A to Z lacks (ICAO 9303: Müller is MUELLER or MULLER); traditional and simplified
characters; and a transliteration: Chinese characters by their pinyin, in any reading that they have, Cyrillic letters
as passports write them. What is neither (a translated name, Cantonese or Korean in Latin letters) is for an officer to
compare, who can read both.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import permutations

NOT_LETTERS = re.compile(r"[\W_]+")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"})
EXPANDED = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
"""Letters that passports write with two (ICAO 9303-3, section 6); PLAIN: how others write them."""

CYRILLIC = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufye", strict=True)),
    "ё": "e",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "ie",
    "ь": "",
    "ю": "iu",
    "я": "ia",
    "і": "i",
    "ї": "i",
    "є": "ie",
    "ґ": "g",
    "ў": "u",
    "ѓ": "g",
    "ќ": "k",
    "ђ": "d",
    "ј": "j",
    "љ": "lj",
    "њ": "nj",
    "ћ": "c",
    "џ": "dz",
}
"""Cyrillic letters as passports write them (ICAO 9303-3, section 6, table B)."""

PLAIN_CYRILLIC = str.maketrans(CYRILLIC)

LONGEST_READ = 40
"""Characters of a Chinese name that are read aloud; longer ones are for an officer."""

MOST_WORDS = 5
"""Names of more words are compared in their own order, and in the alphabet's."""


def name_key(name: str) -> str:
    """A name without regard to case, width, accents, punctuation, spaces, and the order of its words."""
    return "".join(sorted(_words(name)))


def same_name(one: str, other: str) -> bool:
    """Whether two names can be one subject's, written differently."""
    if one == other or not _keys(one).isdisjoint(_keys(other)):
        return True
    if bool(HAN.search(one)) == bool(HAN.search(other)):
        return False
    return _reads_as(one, other) if HAN.search(one) else _reads_as(other, one)


def _reads_as(chinese: str, latin: str) -> bool:
    """Whether a name in Latin letters is a Chinese one read aloud, with the family name (one or two characters) first
    or last."""
    letters = "".join(_words(chinese))
    if len(letters) > LONGEST_READ:
        return False
    syllables = [_reading(letter) for letter in letters]
    orders = {tuple(syllables[first:] + syllables[:first]) for first in range(min(3, len(syllables)))}
    return any(re.fullmatch("".join(order), "".join(_words(latin))) for order in orders)


@lru_cache(maxsize=20_000)
def _reading(letter: str) -> str:
    """A character in all its readings, as a pattern; ü is written u, v or yu."""
    if not HAN.match(letter):
        return re.escape(letter)
    found = {said for reading in _pinyin()(letter) for said in _as_written(reading)}
    return f"(?:{'|'.join(map(re.escape, sorted(found)))})"


def _as_written(reading: str) -> set[str]:
    plain = reading.replace("v", "ü")
    return {plain.replace("ü", letters) for letters in ("u", "v", "yu")}


@cache
def _pinyin() -> Callable[[str], list[str]]:
    """Loaded when the first name asks for it: the dictionary takes most of a second."""
    from pypinyin import Style, pinyin

    def readings(letter: str) -> list[str]:
        return [reading for found in pinyin(letter, style=Style.NORMAL, heteronym=True) for reading in found]

    return readings


@lru_cache(maxsize=20_000)
def _simplified(letter: str) -> str:
    """A traditional character as its simplified one, each by itself: what two names have in common is asked."""
    return _simplifier()(letter) if HAN.match(letter) else letter


@cache
def _simplifier() -> Callable[[str], str]:
    from opencc import OpenCC

    converter = OpenCC("t2s")
    return lambda letter: str(converter.convert(letter))


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
    text = "".join(_simplified(letter) for letter in text) if HAN.search(text) else text
    text = text.translate(PLAIN_CYRILLIC)
    text = unicodedata.normalize("NFKD", text.translate(PLAIN)).casefold()
    words = NOT_LETTERS.split("".join(letter for letter in text if not unicodedata.combining(letter)))
    return [word for word in words if word]
