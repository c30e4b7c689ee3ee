"""The bytes that a program hands over: read piece by piece, and counted as they come."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from credit.core.errors import Invalid
from credit.records.api.problems import WrongMediaType
from credit.records.notations.faults import Code, Fault
from credit.records.notations.formats import size
from credit.records.refusals import Refused

PIECE = 64 * 1024
IN_MEMORY = 1024 * 1024
FORM_OVERHEAD = 64 * 1024
"""Bytes of a multipart body that aren't the file's: boundaries, headings, the other fields."""
MULTIPART = "multipart/form-data"
ENDINGS = {
    "text/csv": (".csv",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/json": (".json",),
    "application/x-ndjson": (".ndjson", ".jsonl"),
}
"""What a body may be, and how a file of that kind is called."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived whole. `sha256`: of its bytes, in hex."""

    file: BinaryIO
    filename: str
    notation: str
    sha256: str


def read_upload(request: HttpRequest, *, notation: str | None, filename: str | None) -> Upload:
    """The body as a file. `notation` and `filename` may stand in a multipart form instead of the address.

    Raises WrongMediaType, Invalid (no notation, no file), Refused (too large).
    """
    kind = request.content_type or ""
    if kind == MULTIPART:
        return _from_form(request, notation=notation, filename=filename)
    if kind not in ENDINGS:
        raise WrongMediaType(_("Send text/csv, XLSX, application/json, application/x-ndjson or multipart/form-data."))
    _refuse_if_announced(request, settings.SUBMISSION_MAX_BYTES)
    file = cast("BinaryIO", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 (its reader is the caller)
    digest = _copy(_stream_of(request), file)
    return Upload(file, _named(filename or "submission", ENDINGS[kind]), _given(notation), digest)


def _from_form(request: HttpRequest, *, notation: str | None, filename: str | None) -> Upload:
    _refuse_if_announced(request, settings.SUBMISSION_MAX_BYTES + FORM_OVERHEAD)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid(_("The form has no file in its field “file”."))
    if (file.size or 0) > settings.SUBMISSION_MAX_BYTES:
        raise _too_large()
    digest = hashlib.sha256()
    for piece in file.chunks(PIECE):
        digest.update(piece)
    file.seek(0)
    name = filename or request.POST.get("filename") or file.name or "submission"
    return Upload(cast("BinaryIO", file), name, _given(notation or request.POST.get("notation")), digest.hexdigest())


def _stream_of(request: HttpRequest) -> IO[bytes]:
    """The body; one that is sent in chunks has no length, and Django would take it for empty."""
    environ = request.META
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    if chunked and environ.get("wsgi.input_terminated"):
        return cast("IO[bytes]", environ["wsgi.input"])
    return cast("IO[bytes]", request)


def _copy(source: IO[bytes], target: BinaryIO) -> str:
    """Copy all there is; the SHA-256 of it. Raises Refused as soon as it is too much."""
    digest, count = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        count += len(piece)
        if count > settings.SUBMISSION_MAX_BYTES:
            raise _too_large()
        digest.update(piece)
        target.write(piece)
    target.seek(0)
    return digest.hexdigest()


def _refuse_if_announced(request: HttpRequest, limit: int) -> None:
    """A body that says beforehand that it is too large isn't read at all."""
    with suppress(ValueError):
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise _too_large()


def _too_large() -> Refused:
    return Refused([Fault(None, None, Code.FILE_TOO_LARGE, expected=size(settings.SUBMISSION_MAX_BYTES))])


def _given(notation: str | None) -> str:
    if not notation:
        raise Invalid(_("Say which notation it is: ?notation=tax-grade"))
    return notation


def _named(name: str, endings: tuple[str, ...]) -> str:
    """The file's name with an ending of its kind: what the content type says holds."""
    return name if PurePath(name).suffix.lower() in endings else name + endings[0]
