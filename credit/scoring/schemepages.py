"""The public pages of schemes: how a mark is made, every version there ever was, what each changed. Imports like views.

What is published never changes, so none of these pages asks for a permit.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from credit.access.doors import anyone
from credit.core.clock import business_date
from credit.core.errors import NotFound
from credit.records.notations import all_notations
from credit.records.sources import ShownNotation, shown
from credit.records.words import CATEGORIES
from credit.scoring import signing
from credit.scoring.board import life, lifewords
from credit.scoring.board.life import Phase
from credit.scoring.differences import changes
from credit.scoring.madeup import examples
from credit.scoring.models import Scheme
from credit.scoring.showing import bands_of, shown_changes, versions, weights_of
from credit.scoring.sums import worked


@require_safe
@anyone
def schemes(request: HttpRequest) -> HttpResponse:
    """How is a mark made? What is in force, what is announced, and every version there ever was."""
    today = business_date(timezone.now())
    notice = life.notice_on(today)
    found = versions(Scheme.objects.select_related("draft").newest_first(), today)
    context = {
        "versions": found,
        "announced": [version for version in found if version.phase is Phase.ANNOUNCED],
        "in_force": [version for version in found if version.phase is Phase.IN_FORCE],
        "notice": notice,
        "notice_source": lifewords.source_of(notice),
    }
    return render(request, "scoring/schemes.html", context)


@require_safe
@anyone
def scheme(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One version: its weights as a picture and a table, the reasons, the bands, worked examples. Raises NotFound."""
    found = Scheme.objects.numbered(code, version)
    today = business_date(timezone.now())
    (place,) = (one for one in versions(Scheme.objects.filter(code=code), today) if one.scheme == found)
    context = {
        "scheme": found,
        "place": place,
        "rules": found.rules_by_kind["company"],
        "drawings": weights_of(found),
        "bands": bands_of(found),
        "examples": [worked(found, example, max(today, found.in_force_from)) for example in examples()],
        "notice": life.notice_on(business_date(found.published_at)),
        "draft": getattr(found, "draft", None),
        "file": _file_name(found),
    }
    return render(request, "scoring/scheme.html", context)


@require_safe
@anyone
def difference(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """What did a version change, side by side with the one before? Raises NotFound."""
    after = Scheme.objects.numbered(code, version)
    before = Scheme.objects.filter(code=code, version__lt=version).order_by("-version").first()
    if before is None:
        raise NotFound(_("This is the first version: there is none before it to compare with."))
    found = changes((before.document, before.in_force_from), (after.document, after.in_force_from))
    context = {"before": before, "after": after, "changes": shown_changes(found, before, after)}
    return render(request, "scoring/changes.html", context)


@require_safe
@anyone
def text(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """The file as it was published, byte for byte. Raises NotFound."""
    found = Scheme.objects.numbered(code, version)
    return _file(found.text.encode(), f"{_file_name(found)}", "application/toml")


@require_safe
@anyone
def signature(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """The signature of that file: 64 bytes, Ed25519. Raises NotFound, also where it was never signed."""
    found = Scheme.objects.numbered(code, version)
    if not hasattr(found, "signed"):
        raise NotFound(_("This version was published before schemes were signed."))
    return _file(bytes(found.signed.signature), f"{_file_name(found)}.sig", "application/octet-stream")


@require_safe
@anyone
def key(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """The public key that checks the signature, as PEM. Raises NotFound."""
    found = Scheme.objects.numbered(code, version)
    pem = signing.public_key(found.signed) if hasattr(found, "signed") else None
    if pem is None:
        raise NotFound(_("The key that signed this version isn't known here any more."))
    return _file(pem, f"plainmark-{found.signed.key_id}.pem", "application/x-pem-file")


@require_safe
@anyone
def conversions(request: HttpRequest) -> HttpResponse:
    """How is each agency's mark converted to the common scale? All tables, by category."""
    by_category: dict[str, list[ShownNotation]] = {}
    for code, notation in all_notations().items():
        if notation.official:
            by_category.setdefault(notation.category, []).append(shown(code))
    known = [code for code in CATEGORIES if code in by_category]
    parts = [(code, CATEGORIES[code], by_category[code]) for code in known]
    return render(request, "scoring/conversions.html", {"parts": parts, "anywhere": by_category.get("", [])})


def _file_name(scheme: Scheme) -> str:
    return f"{scheme.code}-{scheme.version}.toml"


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
