"""A recalculation as a readable table: the sum, line by line, as one would write it on paper."""

from typing import Any

from credit.scoring.document import Document
from credit.scoring.rules import points


def written(document: Document, right: dict[str, Any]) -> str:
    """The table of a document and its answer, ending in the score; several lines of plain text."""
    scheme = document.scheme
    rows = [("base", "", points(scheme.base * 10))]
    rows += [(line["record"], line["category"], line["points"]) for line in right["contributions"]]
    rows += [(line["reason"], line["category"] or "", line["points"]) for line in right["adjustments"]]
    none = f"none: fewer than {scheme.threshold} records count"
    rows.append(("score", right["band"] or "", none if right["score"] is None else points(right["score"] * 10)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{name:<{widths[0]}}  {what:<{widths[1]}}  {amount:>{widths[2]}}" for name, what, amount in rows]
    ruler = "-" * len(lines[0])
    heading = f"scheme {scheme.code} version {scheme.version}, as of {document.as_of}"
    factors = f"what cost most: {', '.join(right['factors']) or 'nothing'}"
    return "\n".join([heading, "", *lines[:-1], ruler, lines[-1], "", factors])
