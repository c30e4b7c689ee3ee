"""The scheme board's pages: hand in, read what it changes, approve, publish, send back; nobody decides unread."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from credit.scoring.board import drafts
from credit.scoring.board.life import Status
from credit.scoring.models import Draft, Scheme
from tests import factories
from tests.scoring.boardworld import assessed, later, member, text


@pytest.fixture
def board(scheme):
    return member(), member()


@pytest.fixture
def clients(board, client_of):
    return [client_of(one) for one in board]


@pytest.fixture
def draft(board):
    now = timezone.now()
    return drafts.start(text(starts=later(now)), by=board[0], now=now)


def said(response, status=200):
    assert response.status_code == status, response.status_code
    return " ".join(response.content.decode().split())


def post(client, name, draft, **data):
    return client.post(reverse(f"board:{name}", args=[draft.public_id]), data, follow=True)


def test_the_whole_life_on_the_pages(clients, scheme):
    now = timezone.now()
    body = text(starts=later(now)).decode().replace("\n", "\r\n")  # as a browser sends it
    page = said(clients[0].post("/board/schemes/new", {"text": body}, follow=True))
    draft = Draft.objects.get()
    assert draft.text.encode() == text(starts=later(now))
    assert "Nobody has counted yet" in page
    assert "Approve </button>" not in page
    assessed(draft, now=now)
    steps = Draft.objects.get().steps
    page = said(post(clients[0], "approve", draft, seen=steps))
    assert "One more is needed" in page
    assert "Approve </button>" not in page
    assert "It waits for you" not in said(clients[0].get("/board/"))
    assert "It waits for you" in said(clients[1].get("/board/"))
    page = said(post(clients[1], "approve", draft, seen=steps + 1))
    assert "Once it is published" in page
    page = said(post(clients[1], "publish", draft, seen=steps + 2))
    assert "Published and signed" in page
    assert Scheme.objects.get(version=2).draft.status == Status.PUBLISHED
    assert "What was done" in page
    assert "/schemes/open/2" in page


def test_the_page_shows_what_the_draft_changes_before_and_after(clients, draft):
    page = said(clients[1].get(f"/board/schemes/{draft.public_id}"))
    for words in ("Compared with version 1", "Labour: Weight", "Two examples", "−100", "−120"):
        assert words in page
    assert page.count("<h1") == 1


def test_a_file_goes_before_what_is_pasted_and_all_faults_are_told(clients):
    file = SimpleUploadedFile("x.toml", b"version = 0\nx = 1\n")
    page = said(clients[0].post("/board/schemes/new", {"file": file, "text": "kept"}), 422)
    assert "faults" in page
    for path in ("version", "x", "format", "categories", "reasons.base"):
        assert f'<code class="pm-code">{path}</code>' in page
    assert ">kept</textarea>" in page.replace("> ", ">").replace(" <", "<")
    assert not Draft.objects.exists()


@pytest.mark.parametrize("body", ["", " ", "\x00", "[" * 4000])
def test_nothing_and_nonsense_are_refused_in_words(clients, body):
    assert (
        "There is a problem" in (page := said(clients[0].post("/board/schemes/new", {"text": body}), 422))
        or "fault" in page
    )


def test_a_file_that_is_too_large_or_no_text_is_refused(clients):
    for content in (b"#" * 300_000, b"\xff\xfe"):
        file = SimpleUploadedFile("x.toml", content)
        assert clients[0].post("/board/schemes/new", {"file": file}).status_code == 422


def test_whoever_hands_in_a_second_draft_keeps_what_they_pasted(clients, draft):
    page = said(clients[1].post("/board/schemes/new", {"text": text(starts=later(timezone.now(), 99)).decode()}), 422)
    assert "There is already a draft of this version" in page
    assert "plainmark-scheme/1" in page


def test_the_text_is_changed_and_what_was_approved_is_dropped(clients, draft):
    assessed(draft, now=timezone.now())
    page = said(clients[1].get(f"/board/schemes/{draft.public_id}/edit"))
    assert "plainmark-scheme/1" in page
    seen = Draft.objects.get().steps
    new = text(starts=later(timezone.now(), 80)).decode()
    page = said(post(clients[1], "edit", draft, text=new, seen=seen))
    assert "must be assessed anew" in page
    assert Draft.objects.get().status == Status.DRAFT
    assert post(clients[1], "edit", draft, text=new, seen=seen).status_code == 422


@pytest.mark.parametrize(("name", "prefix"), [("send-back", "back"), ("abandon", "up")])
def test_a_reason_is_needed_and_stays(clients, draft, name, prefix):
    assessed(draft, now=timezone.now())
    seen = {f"{prefix}-seen": Draft.objects.get().steps}
    assert "Say why." in said(post(clients[1], name, draft, **seen), 422)
    post(clients[1], name, draft, **seen, **{f"{prefix}-reason": "<b>No</b>"})
    page = said(clients[0].get(f"/board/schemes/{draft.public_id}"))
    assert "&lt;b&gt;No&lt;/b&gt;" in page


def test_nobody_decides_on_what_they_have_not_read(clients, draft):
    assessed(draft, now=timezone.now())
    assert post(clients[0], "approve", draft, seen=1).status_code == 409
    assert post(clients[0], "approve", draft).status_code == 409
    assert Draft.objects.get().status == Status.ASSESSED


def test_no_such_draft_is_not_found(clients):
    assert clients[0].get("/board/schemes/NONE-SUCH").status_code == 404


def test_the_board_is_a_door_of_its_members(clients, client_of):
    assert 'href="/board/"' in said(clients[0].get("/"))
    assert 'href="/board/"' not in said(client_of(factories.official()).get("/"))


@pytest.mark.parametrize("rows", [1, 6])
def test_the_list_costs_the_same_however_many_drafts(clients, board, rows, django_assert_max_num_queries):
    now = timezone.now()
    for _ in range(rows):
        made = drafts.start(text(starts=later(now)), by=board[0], now=now)
        drafts.abandon(made.public_id, reason="Next.", by=board[0], now=now)
    clients[0].get("/board/")
    with django_assert_max_num_queries(12):
        page = said(clients[0].get("/board/"))
    assert page.count("Given up") == rows
