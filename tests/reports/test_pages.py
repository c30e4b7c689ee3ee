import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from credit.reports import actions, checking
from credit.reports.content import Kind
from credit.reports.models import Report
from tests import factories


@pytest.fixture
def visitor(world, client_of) -> Client:
    return client_of(world.owner)


@pytest.fixture
def addresses(world):
    def address(name: str, *arguments: str) -> str:
        return reverse(f"reports:{name}", args=[world.subject.public_id, *arguments])

    return address


@pytest.fixture
def upload(client):
    def send(data: bytes, name: str = "report.pdf"):
        return client.post(reverse("verify:form"), {"file": SimpleUploadedFile(name, data, "application/pdf")})

    return send


def test_ordering_leads_to_the_report_being_written(world, visitor, addresses):
    page = visitor.get(addresses("list"))
    order = {"kind": "full", "language": "zh-hans", "key": page.context["form"]["key"].value()}
    answer = visitor.post(addresses("list"), order, follow=True)
    report = Report.objects.get()
    assert answer.redirect_chain == [(addresses("detail", report.public_id), 302)]
    assert (report.kind, report.language, report.ordered_by) == ("full", "zh-hans", world.owner)
    body = answer.content.decode()
    assert f'hx-get="{addresses("detail", report.public_id)}"' in body
    assert f'href="{addresses("detail", report.public_id)}"' in body  # looking again works without JavaScript


def test_the_same_form_sent_twice_is_one_report(visitor, addresses):
    order = {"kind": "full", "language": "en", "key": "one"}
    first = visitor.post(addresses("list"), order)
    second = visitor.post(addresses("list"), order)
    assert first.url == second.url
    assert Report.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"kind": "other"}, {"language": "fr"}, {"kind": ""}, {"key": ""}])
def test_a_wrong_order_is_refused_with_the_form(visitor, addresses, wrong):
    answer = visitor.post(addresses("list"), {"kind": "full", "language": "en", "key": "k"} | wrong)
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_finished_report_is_downloaded_as_it_was_signed(world, visitor, addresses):
    report = world.issued(kind=Kind.FULL)
    page = visitor.get(addresses("detail", report.public_id)).content.decode()
    assert report.sha256 in page
    assert "hx-get" not in page
    answer = visitor.get(addresses("file", report.public_id))
    assert answer.content == actions.document(report)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="plainmark-{report.public_id}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == report.pages


def test_before_it_is_ready_there_is_nothing_to_download(world, visitor, addresses):
    report = world.order()
    assert visitor.get(addresses("file", report.public_id)).status_code == 404
    assert visitor.get(addresses("detail", "NONE-NONE")).status_code == 404


def test_somebody_elses_reports_are_not_there(world, client_of, addresses):
    report = world.issued()
    stranger = client_of(factories.user(subject=factories.person()))
    for address in (addresses("list"), addresses("detail", report.public_id), addresses("file", report.public_id)):
        assert stranger.get(address).status_code == 404
        assert Client().get(address).status_code == 302


def test_a_waiting_report_says_so(world, visitor, addresses, settings, tmp_path):
    report = world.issued("k0")
    settings.DATA_DIR = tmp_path  # the key is gone
    waiting = world.order("k1")
    actions.issue(waiting.public_id, now=world.now)
    page = visitor.get(addresses("detail", waiting.public_id)).content.decode()
    assert "Your order waits" in page
    assert str(tmp_path) not in page
    assert report.public_id in visitor.get(addresses("list")).content.decode()


@pytest.mark.parametrize("rows", [1, 15])
def test_the_list_costs_the_same_for_any_number_of_reports(
    world, visitor, addresses, django_assert_max_num_queries, rows
):
    done = world.issued()
    for number in range(rows):
        Report.objects.filter(pk=done.pk).update(status="issued")
        copy = Report.objects.get(pk=done.pk)
        copy.pk, copy.public_id, copy.code, copy.key = None, f"C-{number}", f"CODE-{number}", f"copy-{number}"
        copy.save()
    visitor.get(addresses("list"))
    with django_assert_max_num_queries(18):
        assert visitor.get(addresses("list")).status_code == 200


def test_the_code_of_a_current_report_says_genuine_and_nothing_about_whom(world, client):
    report = world.issued()
    answer = client.get(reverse("verify:code", args=[report.code]))
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "Genuine and current" in body
    assert report.sha256 in body
    for private in (world.subject.name, world.subject.public_id, world.record.public_id):
        assert private not in body


def test_a_code_may_be_typed_as_one_reads_it(world, client):
    report = world.issued()
    typed = report.code.lower().replace("-", " ")
    answer = client.post(reverse("verify:form"), {"code": typed}, follow=True)
    assert answer.redirect_chain[0][0] == reverse("verify:code", args=[report.code])


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC-DDDD", "x", "<script>", "8KQ2"])
def test_an_unknown_code_is_said_to_be_unknown(db, client, code):
    answer = client.get(reverse("verify:code", args=[code]))
    assert answer.status_code == 404
    assert "No report has this code" in answer.content.decode()
    assert "<script>" not in answer.content.decode().split("<main")[1]


def test_a_superseded_report_says_why(world, client):
    first = world.issued("k1")
    world.issued("k2")
    body = client.get(reverse("verify:code", args=[first.code])).content.decode()
    assert "no longer current" in body
    assert "A newer report of the same kind" in body


def test_a_revoked_report_says_so(world, client, upload):
    report = world.issued()
    actions.revoke(report.public_id, because="Wrong person.", by=world.owner, now=world.now)
    for answer in (client.get(reverse("verify:code", args=[report.code])), upload(actions.document(report))):
        assert "was revoked" in answer.content.decode()
        assert "Genuine and current" not in answer.content.decode()


def test_the_file_itself_is_recognised(world, upload):
    body = upload(actions.document(world.issued())).content.decode()
    assert "Genuine and current" in body
    assert "Every byte of the file" in body


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda pdf: pdf + b"\n", "This file was changed"),
        (lambda pdf: pdf[:-100], "This file was changed"),
        (lambda pdf: pdf[: pdf.index(b"%%EOF") + 6], "This file isn&#x27;t signed"),
        (lambda pdf: b"hello", "This isn&#x27;t a PDF file"),
    ],
)
def test_other_files_are_named_for_what_they_are(world, upload, change, said):
    answer = upload(change(actions.document(world.issued())))
    body = answer.content.decode()
    assert said in body or said.replace("&#x27;", "'") in body
    assert "Genuine" not in body


def test_a_genuine_file_of_another_portal_is_not_on_file(world, upload, full):
    assert "not on file here" in upload(full).content.decode()


def test_a_file_over_the_limit_is_refused_unread(db, upload):
    assert upload(b"%PDF-" + b"0" * checking.FILE_LIMIT).status_code == 413


@pytest.mark.parametrize("data", [{}, {"code": ""}, {"code": " "}])
def test_nothing_handed_in_is_said_beside_the_field(db, client, data):
    answer = client.post(reverse("verify:form"), data)
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.content.decode()


def test_before_the_first_report_a_file_is_checked_too(db, upload, full, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    answer = upload(full)
    assert answer.status_code == 200
    assert "by somebody else" in answer.content.decode()


def test_an_empty_file_is_refused(db, upload):
    assert upload(b"").status_code == 422
