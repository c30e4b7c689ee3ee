"""The contract's rules once more, slowly and in exact rationals: what the engine is compared with."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any


def answer_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a valid recalculation document, one record at a time."""
    scheme, as_of = document["scheme"], date.fromisoformat(document["as_of"])
    categories = {category["code"]: category for category in scheme["categories"]}
    counted = _without_superseded([record for record in document["records"] if _counts(record, scheme, as_of)])
    lines = [
        {"record": r["id"], "category": r["category"], "tenths": _tenths(r, categories[r["category"]], as_of)}
        for r in sorted(counted, key=lambda r: r["id"])
    ]
    adjustments: list[tuple[str | None, str, Fraction]] = []
    held = {}
    for code in sorted(categories):
        total = sum((Fraction(line["tenths"], 10) for line in lines if line["category"] == code), Fraction(0))
        held[code] = min(max(total, Fraction(categories[code]["floor"])), Fraction(categories[code]["cap"]))
        adjustments.append((code, "cap" if held[code] < total else "floor", held[code] - total))
    total = scheme["base"] + sum(held.values(), Fraction(0))
    limited = min(max(total, Fraction(scheme["min"])), Fraction(scheme["max"]))
    score = round(limited)  # Python rounds a Fraction half to even
    adjustments += [(None, "limit", limited - total), (None, "rounding", score - limited)]
    if len(counted) < scheme.get("threshold", 0):
        return {"score": None, "band": None, "contributions": _listed(lines), "adjustments": [], "factors": []}
    reached = [band for band in scheme["bands"] if band["from"] <= score]
    costly = sorted((points, code) for code, points in held.items() if points < 0)
    return {
        "score": score,
        "band": max(reached, key=lambda band: band["from"])["name"] if reached else None,
        "contributions": _listed(lines),
        "adjustments": [{"category": c, "reason": r, "points": _text(p * 10)} for c, r, p in adjustments if p != 0],
        "factors": [code for _, code in costly[:4]],
    }


def _listed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"record": x["record"], "category": x["category"], "points": _text(x["tenths"])} for x in lines]


def _counts(record: Mapping[str, Any], scheme: Mapping[str, Any], as_of: date) -> bool:
    ended = record["ends_on"] is not None and date.fromisoformat(record["ends_on"]) <= as_of
    left_out = scheme["disputed"] == "exclude" and record["disputed"]
    return date.fromisoformat(record["decided_on"]) <= as_of and not ended and not left_out


def _without_superseded(records: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    latest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for record in records:
        key = (record["category"], record["source"])
        if record["kind"] == "rating" and (key not in latest or _order(latest[key]) < _order(record)):
            latest[key] = record
    return [r for r in records if r["kind"] == "event" or latest[(r["category"], r["source"])] is r]


def _order(record: Mapping[str, Any]) -> tuple[str, str]:
    return record["decided_on"], record["id"]


def _tenths(record: Mapping[str, Any], category: Mapping[str, Any], as_of: date) -> int:
    decay = Fraction(1)
    if record["kind"] == "event" and category["decay"] == "linear" and record["ends_on"] is not None:
        start, end = date.fromisoformat(record["decided_on"]), date.fromisoformat(record["ends_on"])
        decay = Fraction((end - as_of).days, (end - start).days)
    return round(category["weight"] * Fraction(record["value"], 1000) * decay * 10)


def _text(tenths: int | Fraction) -> str:
    assert tenths == int(tenths)
    return f"{'-' if tenths < 0 else ''}{abs(int(tenths)) // 10}.{abs(int(tenths)) % 10}"
