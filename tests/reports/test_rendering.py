"""The document itself, read back by programs that did not make it."""

import io
import subprocess

import pikepdf
import pytest
from pikepdf import pdfa
from pypdf import PdfReader

from credit.reports import rendering
from credit.reports.content import Kind, Language
from credit.reports.layout import STYLE, address_of, lay_out
from credit.reports.printing import fonts_dir
from tests.reports import sample

ALL = [*[(kind, Language.ENGLISH) for kind in Kind], (Kind.FULL, Language.CHINESE)]
EXPECTED_OF_A_SIGNED_3A = {
    "pdfaid:conformance is 'A', expected 'B'",  # it claims more than the validator knows
    "interactive forms (/AcroForm) are not supported",
    "permissions (/Perms) are not supported",
    "embedded files are not supported",
}
"""What pikepdf's validator (3b, allow-list) says of any signed file with an attachment; nothing else may be said."""


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def rendered(html: str, **images: str) -> rendering.Rendered:
    from datetime import UTC, datetime

    return rendering.render(
        html,
        fonts_dir=fonts_dir(),
        style=STYLE,
        images=images,
        attachments=[],
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize("which", ALL)
def test_nothing_in_it_offends_pdf_a(printed, which):
    with pikepdf.open(io.BytesIO(printed[which].pdf)) as pdf:
        findings = {finding.message for finding in pdfa.check(pdf, "3b").findings}
        assert findings <= EXPECTED_OF_A_SIGNED_3A
        assert "/Version" not in pdf.Root
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")


def test_unsigned_and_without_attachment_it_is_pdf_a_3b_but_for_its_claim(signer):
    content = sample.content(Kind.SUMMARY).for_kind()
    page = lay_out(content, issuer=signer.name, url=address_of(content.code))
    pdf = rendered(page.html, **page.images).pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        findings = [finding.message for finding in pdfa.check(opened, "3b").findings]
    assert findings == ["pdfaid:conformance is 'A', expected 'B'"]


@pytest.mark.parametrize(("which", "lang"), [(ALL[0], "en"), (ALL[3], "zh-Hans")])
def test_it_is_tagged_and_says_its_language_and_title(printed, which, lang):
    with pikepdf.open(io.BytesIO(printed[which].pdf)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.StructTreeRoot.K[0].S == "/Document"
        assert str(pdf.Root.Lang) == lang
        assert sample.content(*which).subject_name in str(pdf.docinfo["/Title"])
        assert [float(number) for number in pdf.pages[0].MediaBox[2:]] == pytest.approx([595.28, 841.89], abs=0.1)


def test_every_figure_says_what_it_shows(full):
    with pikepdf.open(io.BytesIO(full)) as pdf:
        figures = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"]
        assert len(figures) == 3
        assert all(str(figure.Alt).strip() for figure in figures)


@pytest.mark.parametrize("which", ALL)
def test_all_fonts_are_embedded_and_subset(printed, which, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(printed[which].pdf)
    lines = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert lines
    for line in lines:
        assert "CID TrueType" in line
        assert line.split()[-5:-2] == ["yes", "yes", "yes"]
        assert "Plainmark" in line


def test_qpdf_finds_no_fault(full, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(full)
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)


def test_the_recalculation_document_is_attached_as_what_it_was_made_from(full):
    with pikepdf.open(io.BytesIO(full)) as pdf:
        assert pdf.attachments["recalculation.json"].get_file().read_bytes().startswith(b'{\n "format"')
        assert [str(file.AFRelationship) for file in pdf.Root.AF] == ["/Data"] * len(pdf.Root.AF)


@pytest.mark.parametrize("kind", [Kind.SUMMARY, Kind.COUNTERPARTY])
def test_other_kinds_carry_no_records(printed, kind):
    pdf = printed[kind, Language.ENGLISH].pdf
    assert not PdfReader(io.BytesIO(pdf)).attachments
    assert "Market supervision" not in text_of(pdf)
    assert "624" in text_of(pdf)


@pytest.mark.parametrize("which", ALL)
def test_no_character_is_missing_from_its_font(printed, which):
    """No glyph 0 (.notdef) is drawn: every string of the content streams is read back as text."""
    text = text_of(printed[which].pdf)
    assert "\x00" not in text
    assert "\ufffd" not in text
    for part in sample.content(*which).subject_name.split():
        assert part in text.replace("\n", "")


def test_names_with_rare_characters_and_letters_are_printed():
    name = "喆翀𬳽 Łukasz Şahin Nguyễn Καλλιόπη Владимир 김민수"
    text = text_of(rendered(f'<html lang="en"><title>t</title><h1>{name}</h1><p>{name}</p>').pdf)
    for part in name.split():
        assert text.count(part) == 2


def test_a_character_that_no_font_has_is_spelt_out_and_never_a_box():
    text = text_of(rendered('<html lang="en"><title>t</title><p>A\U00012000B\ue000</p>').pdf)
    assert "A‹U+12000›B‹U+E000›" in text


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.svg",
        "https://example.org/x.svg",
        "file:///etc/hostname",
        "ftp://example.org/x",
        "data:image/svg+xml,<svg/>",
        "asset:../../etc/passwd",
        "asset:unknown.svg",
        "//example.org/x.svg",
    ],
)
def test_only_the_reports_own_assets_are_fetched(address):
    with pytest.raises(rendering.RenderingError):
        rendered(f'<html lang="en"><title>t</title><img alt="x" src="{address}">')


@pytest.mark.parametrize("css", ["@import 'http://127.0.0.1:9/x.css'", "p{background:url(file:///etc/hostname)}"])
def test_styles_reach_no_further_either(css):
    with pytest.raises(rendering.RenderingError):
        rendered(f'<html lang="en"><title>t</title><style>{css}</style><p>x</p>')


def test_what_people_write_is_text_and_never_markup(signer):
    name = '<img src="http://127.0.0.1:9/x"><script>alert(1)</script>&amp; {{ 7|add:7 }}'
    content = sample.content(subject_name=name, band_meaning="<b>x</b>")
    page = lay_out(content, issuer=signer.name, url=address_of(content.code))
    text = "".join(text_of(rendered(page.html, **page.images).pdf).split())
    assert "".join(name.split()) in text
    assert "<b>x</b>" in text


def test_without_fonts_nothing_is_rendered(tmp_path):
    with pytest.raises(rendering.FontsNotBuiltError, match=r"credit\.reports\.fonts"):
        rendering.render("<p>x", fonts_dir=tmp_path, style=STYLE, images={}, attachments=[], made_at=None)


def test_a_long_file_has_a_heading_on_each_page(signer):
    lines = sample.content().lines * 40
    content = sample.content(lines=lines)
    page = lay_out(content, issuer=signer.name, url=address_of(content.code))
    document = rendered(page.html, **page.images)
    assert document.pages > 3
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(document.pdf)).pages]
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {document.pages}" in " ".join(text.split())
    assert all("Own mark" in " ".join(text.split()) for text in texts[:-1])


def test_the_qr_code_holds_the_address_and_nothing_else():
    assert address_of("7HJ3-9XWD-K2MN-44TQ").endswith("/verify/7HJ3-9XWD-K2MN-44TQ")
