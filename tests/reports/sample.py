"""What a report could say: invented, with every kind of line."""

from dataclasses import replace
from typing import Any

from credit.reports.content import (
    AdjustmentLine,
    BandLine,
    CategoryLine,
    FactorLine,
    IdentifierLine,
    Kind,
    Language,
    RecordLine,
    ReportContent,
)

ENGLISH = {
    "subject_name": "Łukasz Wiśniewski-Müller",
    "scheme_name": "Open scheme",
    "band_meaning": "Mostly kept, with something to put right.",
    "identifiers": (IdentifierLine("Passport", "POL-*****1234"),),
    "lines": (
        RecordLine(
            "8KQ2-M4TZ", "Tax authority", "Tax rating", "Tax", "A", 1000, "120.0", "2026-03-01", None, False, ""
        ),
        RecordLine(
            "7HJ3-9XWD",
            "Market supervision",
            "Administrative penalty",
            "Market",
            "serious",
            -1000,
            "-95.5",
            "2025-06-01",
            "2027-06-01",
            True,
            "",
        ),
        RecordLine(
            "K2MN-44TQ",
            "Customs",
            "Level",
            "Customs",
            "regular",
            0,
            None,
            "2024-01-01",
            "2025-01-01",
            False,
            "It has ended.",
        ),
    ),
    "categories": (CategoryLine("Tax", 1, "120.0", True), CategoryLine("Market", 1, "-95.5", False)),
    "adjustments": (AdjustmentLine("Rounded to a whole point.", "-0.5"),),
    "factors": (FactorLine("Market", "-95.5", "A penalty is on record. It can be repaired after its minimum term."),),
}
CHINESE = {
    "subject_name": "上海喆翀精密仪器有限公司",
    "scheme_name": "公开方案",
    "band_meaning": "基本守信，尚有待改进之处。",
    "identifiers": (IdentifierLine("统一社会信用代码", "9131**********XU4X"),),
    "lines": (
        RecordLine("8KQ2-M4TZ", "税务局", "纳税缴费信用", "税务", "A", 1000, "120.0", "2026-03-01", None, False, ""),
        RecordLine(
            "7HJ3-9XWD",
            "市场监督管理局",
            "行政处罚",
            "市场",
            "严重",
            -1000,
            "-95.5",
            "2025-06-01",
            "2027-06-01",
            True,
            "",
        ),
    ),
    "categories": (CategoryLine("税务", 1, "120.0", True), CategoryLine("市场", 1, "-95.5", False)),
    "adjustments": (AdjustmentLine("四舍六入五成双取整。", "-0.5"),),
    "factors": (FactorLine("市场", "-95.5", "有一项行政处罚，满最短公示期后可以申请信用修复。"),),
}


def content(kind: Kind = Kind.FULL, language: Language = Language.ENGLISH, **changes: Any) -> ReportContent:
    """A report's content; not cut down to its kind."""
    words: dict[str, Any] = ENGLISH if language is Language.ENGLISH else CHINESE
    made = ReportContent(
        serial="8KQ2-M4TZ",
        code="7HJ3-9XWD-K2MN-44TQ",
        kind=str(kind),
        language=str(language),
        subject_kind="individual" if language is Language.ENGLISH else "company",
        as_of="2026-11-23",
        issued_at="2026-11-23T12:00:00+08:00",
        known_at="2026-11-23T12:00:00+08:00",
        revision=7,
        scheme_code="open",
        scheme_version=1,
        base=600,
        minimum=0,
        maximum=1000,
        score=624,
        band="B",
        bands=(BandLine("D", 0), BandLine("C", 350), BandLine("B", 500), BandLine("A", 650), BandLine("AA", 800)),
        disputed=1,
        records=2,
        recalculation={"format": "plainmark-recalculation/1", "as_of": "2026-11-23"},
        **words,
    )
    return replace(made, **changes)
