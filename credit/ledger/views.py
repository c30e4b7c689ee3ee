"""The public pages of the ledger."""

import base64

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from credit.ledger import rules
from credit.ledger.keys import signing_key
from credit.ledger.models import TreeHead

HEADS = 25


@require_GET
@login_not_required
def heads(request: HttpRequest) -> HttpResponse:
    """What are the signed tree heads, and how do I check one?"""
    page = Paginator(TreeHead.objects.newest_first(), HEADS).get_page(request.GET.get("page"))
    key = signing_key().public_key()
    context = {
        "page": page,
        "lines": [head.as_signed() for head in page.object_list],
        "key": base64.b64encode(key.public_bytes_raw()).decode(),
        "key_id": rules.key_id_of(key),
    }
    return render(request, "ledger/heads.html", context)


@require_GET
@login_not_required
def download(request: HttpRequest) -> StreamingHttpResponse:
    """All heads, oldest first, one line of JSON each."""
    lines = (f"{head.as_signed().line()}\n" for head in TreeHead.objects.oldest_first().iterator(chunk_size=500))
    return StreamingHttpResponse(
        lines,
        content_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="plainmark-heads.ndjson"'},
    )
