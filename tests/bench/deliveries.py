"""A synthetic delivery of an agency: valid numbers, and as many faults as the bench asks for. The same every time."""

import random
from collections.abc import Iterator

from credit.core.identifiers import ric_check_digit, uscc_check_digit

HEADINGS = "identifier_type,identifier,name,mark,decided_on,ends_on,document"
PLACES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
WORDS = "安邦博诚达德恒宏华辉嘉建金锦康利隆茂明鹏启瑞盛泰天通万祥新兴雅益永裕元泽正中众卓"
FAULTY_SHARE, NEW_SUBJECTS = 0.02, 0.6


def ratings(rows: int, *, seed: int = 0) -> bytes:
    """A file of tax grades: 2 % of the rows faulty, 600 subjects for 1,000 rows; another seed has other subjects."""
    chance = random.Random(f"{seed}:{rows}")
    people = int(rows * NEW_SUBJECTS)
    lines = [HEADINGS, *_lines(rows, people, seed, chance)]
    return ("\r\n".join(lines) + "\r\n").encode()


def grades_of(identifier: str, name: str, rows: int) -> bytes:
    """A file of tax grades of one person."""
    lines = (
        f"resident-id,{identifier},{name},{'ABC'[row % 3]},2026-05-{row + 1:02d},,税评甲-{row}" for row in range(rows)
    )
    return "\r\n".join([HEADINGS, *lines, ""]).encode()


def _lines(rows: int, people: int, seed: int, chance: random.Random) -> Iterator[str]:
    for row in range(rows):
        number = row if row < people else chance.randrange(people)
        kind, identifier, name = _subject(seed * 5_000_000 + number)
        mark, decided = "ABMCD"[chance.randrange(5)], f"2026-{chance.randrange(1, 7):02d}-{chance.randrange(1, 29):02d}"
        if chance.random() < FAULTY_SHARE:
            identifier, mark, decided, name = _spoilt(chance.randrange(4), identifier, mark, decided, name)
        yield f"{kind},{identifier},{name},{mark},{decided},{'2027' + decided[4:]},税评{seed}-{row:07d}"


def _spoilt(fault: int, identifier: str, mark: str, decided: str, name: str) -> tuple[str, str, str, str]:
    if fault == 0:
        return identifier[:-1] + ("1" if identifier[-1] != "1" else "2"), mark, decided, name
    if fault == 1:
        return identifier, "E", decided, name
    return (identifier, mark, "2026-02-30", name) if fault == 2 else (identifier, mark, decided, "")


def _subject(number: int) -> tuple[str, str, str]:
    """A company or a person by turns: no real number looks like these."""
    word = "".join(WORDS[number // step % len(WORDS)] for step in (1, 39, 1521, 59319))
    if number % 2:
        body = f"91110000{number:09d}"
        return "uscc", body + uscc_check_digit(body), f"{PLACES[number % len(PLACES)]}{word}商贸有限公司"
    turn = number // 2
    body = f"110101{1930 + turn // 168_000 % 90:04d}{1 + turn // 14_000 % 12:02d}"
    body += f"{1 + turn // 500 % 28:02d}{turn % 500:03d}"
    return "resident-id", body + ric_check_digit(body), word
