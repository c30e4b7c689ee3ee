"""From what a report says to the signed file: laid out, set in type, signed. No database, no transaction."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from credit.core.errors import Unavailable
from credit.reports import rendering, signing
from credit.reports.content import Printed, ReportContent, recalculation_json
from credit.reports.layout import STYLE, address_of, lay_out


def make(content: ReportContent, signer: signing.LoadedSigner) -> Printed:
    """The certified document, never an unsigned one. Raises Unavailable (fonts not built, certificate expired)."""
    issued_at = datetime.fromisoformat(content.issued_at)
    try:
        foreign = rendering.is_foreign(content.subject_name, fonts_dir())
        page = lay_out(content, issuer=signer.name, url=address_of(content.code), foreign=foreign)
        rendered = rendering.render(
            page.html,
            fonts_dir=fonts_dir(),
            style=STYLE,
            images=page.images,
            attachments=_attachments(content),
            made_at=issued_at,
        )
    except rendering.FontsNotBuiltError as error:
        raise Unavailable(str(error)) from error
    signed = signing.sign(rendered.pdf, signer, serial=content.serial, at=issued_at)
    return Printed(signed, rendered.pages)


def fonts_dir() -> Path:
    """Where `make setup` builds the fonts (credit/reports/fonts.py)."""
    return Path(getattr(settings, "FONTS_DIR", "") or Path(settings.BASE_DIR) / ".fonts")


def _attachments(content: ReportContent) -> list[rendering.AttachedFile]:
    data = recalculation_json(content)
    if data is None:
        return []
    with translation.override(content.language):
        description = gettext("The whole computation of the mark, to repeat it")
    return [rendering.AttachedFile("recalculation.json", description, data)]
