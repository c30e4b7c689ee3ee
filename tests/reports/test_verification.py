"""Genuine is genuine, and everything else is named for what it is. No database in this file."""

import io
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.signers import PdfSignatureMetadata

from credit.reports import signing
from credit.reports.content import Kind, Language
from credit.reports.development import development_files, make
from credit.reports.printing import make as print_report
from credit.reports.verification import Finding, check
from tests.reports import sample


def updated(pdf: bytes) -> bytes:
    """With a new title in an incremental update, as an editor would save it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root[pdf_name("/PageMode")] = pdf_name("/UseOutlines")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_report_is_genuine(full, trust):
    verdict = check(full, trust)
    assert (verdict.valid, verdict.tampered, verdict.serial) == (True, False, "8KQ2-M4TZ")
    assert verdict.signer == "Plainmark (demonstration)"
    assert verdict.signed_at is not None


def test_poppler_agrees_that_the_whole_document_is_signed(full, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(full)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert said.count("Signature #") == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: pdf + b"\n",
        lambda pdf: pdf + b"%%EOF\n",
        updated,
        lambda pdf: pdf[:-200],
        lambda pdf: pdf[: len(pdf) // 2],
        lambda pdf: pdf.replace(b"/Lang", b"/Lamg", 1),
        lambda pdf: b"\n" + pdf,
        lambda pdf: pdf.replace(b"/Reason (P", b"/Reason (Q"),
    ],
    ids=["byte", "eof", "update", "end-cut", "half", "inside", "before", "serial"],
)
def test_any_later_change_is_found(full, trust, change):
    verdict = check(change(full), trust)
    assert (verdict.valid, verdict.tampered) == (False, True)


@pytest.mark.long
@given(place=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_no_flipped_byte_goes_unnoticed(full, trust, place, mask):
    changed = bytearray(full)
    changed[int(place * len(full))] ^= mask
    verdict = check(bytes(changed), trust)
    if verdict.valid:  # only the unused, zero-filled end of the signature's own container may change unseen
        start = full.index(b"/Contents <") + len(b"/Contents <")
        assert start < int(place * len(full)) < start + signing.BYTES_RESERVED
    else:
        assert verdict.finding in {Finding.TAMPERED, Finding.NOT_PDF, Finding.UNSIGNED}


def test_a_second_signature_is_a_change(full, trust, signer):
    writer = IncrementalPdfFileWriter(io.BytesIO(full))
    with pytest.raises(Exception, match=r"(?i)permi|sign"):
        signers.PdfSigner(PdfSignatureMetadata(field_name="Second"), signer.signer).sign_pdf(writer)
    assert check(updated(full), trust).tampered


def test_another_signer_is_not_trusted(trust, tmp_path):
    make(tmp_path / "other", issuer="Plainmark development CA", signer="Plainmark (demonstration)")
    other = signing.load(development_files(tmp_path / "other"))
    forged = print_report(sample.content(Kind.COUNTERPARTY, Language.ENGLISH).for_kind(), other).pdf
    verdict = check(forged, trust)
    assert (verdict.valid, verdict.tampered, verdict.finding) == (False, False, Finding.UNTRUSTED)
    assert check(forged, signing.certificates_in(tmp_path / "other" / "ca.pem")).valid


def test_our_signature_on_something_else_is_no_report(full, trust, signer):
    """A document that our key signed for another reason has no serial, and is not a report."""
    unsigned = full[: full.index(b"%%EOF") + 6]
    writer = IncrementalPdfFileWriter(io.BytesIO(unsigned))
    metadata = PdfSignatureMetadata(field_name="Signature", md_algorithm="sha256", reason="A letter")
    signed = signers.PdfSigner(metadata, signer.signer).sign_pdf(writer)
    assert check(signed.getvalue(), trust).finding is Finding.UNTRUSTED


def test_an_unsigned_pdf_is_unsigned(full, trust):
    assert check(full[: full.index(b"%%EOF") + 6], trust).finding is Finding.UNSIGNED


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n", b"PK\x03\x04", b"%PD"])
def test_what_is_no_pdf_is_no_pdf(data, trust):
    assert check(data, trust).finding is Finding.NOT_PDF


@given(data=st.binary(max_size=400))
def test_nothing_makes_the_check_fail(data, trust):
    assert not check(b"%PDF-1.7\n" + data, trust).valid


def test_without_trust_nothing_is_valid(full):
    assert check(full, []).finding is Finding.UNTRUSTED
