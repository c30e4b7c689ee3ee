"""What the path leaves on the pages of everybody who walked it. conftest.py has the moves; they are made once a way."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import moves
from tests.journeys.path.conftest import REASON, STATEMENT
from tests.journeys.seeing import barriers

pytestmark = pytest.mark.browser


def test_an_officer_delivers_a_file_and_sees_it_checked(way, delivery, as_role):
    page = as_role("officer")
    page.goto(delivery)
    expect(page.get_by_text(f"{way.rows}, of which {way.rows} are sound")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=way.document)).to_be_visible()


def test_who_delivered_cannot_release(subject, way, delivery, as_role, portal, tmp_path):
    another = tmp_path / "another.csv"
    another.write_bytes(way.file(tmp_path).read_bytes().replace("号".encode(), "号甲".encode()))
    page = as_role("officer")
    path = moves.deliver(page, way.agency, way.notation, another, script=way.script)
    expect(page.get_by_text("another officer of your agency must release it")).to_be_visible()
    expect(page.get_by_role("button", name="Release")).to_have_count(0)
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = page.request.post(f"{path}/release", form={"csrfmiddlewaretoken": token, "looked": "on"})
    assert answer.status == 403
    page.goto(path)
    expect(page.get_by_text("Checked, not released")).to_be_visible()
    page.get_by_label("Why is it withdrawn?").fill("只是一次演练。")
    page.get_by_role("button", name="Withdraw this delivery").click()
    expect(page.get_by_text("只是一次演练。")).to_be_visible()


def test_a_second_officer_has_released_it(subject, delivery, as_role):
    page = as_role("officer", 1)
    page.goto(delivery)
    expect(page.locator(".govuk-tag").filter(has_text="Released")).to_be_visible()


def test_the_subject_sees_the_mark_with_its_band_and_range_and_points_that_add_up(subject, way, as_role):
    page = as_role(way.role)
    shown = moves.shown_mark(page, subject.file)
    assert shown.range == "on a scale from 0 to 1000"
    assert re.fullmatch(r"A{1,3}|[BCD]", shown.band)
    assert shown.base + sum(shown.points) == shown.total == shown.score
    page.goto(subject.file)
    expect(page.locator(".pm-mark__number")).to_have_text(str(shown.score))


def test_the_delivered_record_costs_points(subject, way):
    assert subject.after.score < subject.before.score


def test_each_record_shows_its_own_mark_beside_the_common_value(subject, way, as_role):
    page = as_role(way.role)
    page.goto(f"{subject.file}records")
    rows = page.locator("tbody tr")
    for cells in (row.get_by_role("cell").all_inner_texts() for row in rows.all()):
        assert re.fullmatch(r"\S.*\n+[+−]?\d(\.\d+)? on the common scale", cells[0].strip()), cells
        assert re.fullmatch(r"[+−]?\d+\.\d|–", cells[1].strip()), cells  # what it adds or costs, if it counts
    page.goto(subject.record)
    own = page.locator(".govuk-summary-list__row").filter(has_text="The agency's own mark")
    expect(own).to_contain_text(way.own_mark)


def test_an_open_dispute_is_flagged_and_does_not_move_the_mark_by_itself(subject, case, way, as_role):
    assert case.shown == subject.after
    page = as_role(way.role)
    page.goto(case.path)
    expect(page.get_by_text(STATEMENT).first).to_be_visible()


def test_the_flag_is_on_the_record_until_it_is_decided(way, subject, case, as_role):
    page = as_role(way.role)
    page.goto(f"{subject.file}records")
    row = page.get_by_role("row").filter(has_text=way.document)
    expect(row.locator(".govuk-tag").filter(has_text="Disputed")).to_be_visible()
    page.goto(subject.record)
    expect(page.get_by_text("You dispute this record.")).to_be_visible()
    page.goto(f"{subject.record}/dispute")
    expect(page.get_by_role("heading", name="There is already an open case")).to_be_visible()


def test_the_proposal_needs_another_official(way, proposed, as_role):
    page = as_role("official")
    page.goto(f"/desk/cases/{proposed.name}")
    expect(page.get_by_text("Another official must check this proposal.")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm this decision")).to_have_count(0)


def test_the_subject_is_not_told_a_proposal(way, proposed, as_role):
    page = as_role(way.role)
    page.goto(proposed.path)
    expect(page.get_by_text(REASON)).to_have_count(0)


def test_the_decision_moves_the_mark_and_the_subject_reads_why(way, subject, decided, as_role):
    page = as_role(way.role)
    page.goto(decided.path)
    decision = page.get_by_role("region", name="The decision")
    expect(decision).to_contain_text(way.decision)
    expect(decision).to_contain_text(REASON)
    now = moves.shown_mark(page, subject.file)
    assert now.score > subject.after.score
    assert now.base + sum(now.points) == now.total == now.score


def test_the_record_shows_its_next_version_and_the_one_before(way, subject, decided, as_role):
    page = as_role(way.role)
    page.goto(subject.record)
    expect(page.get_by_text(REASON)).to_be_visible()
    steps = page.locator(".moj-timeline__item")
    expect(steps).to_have_count(4)  # delivered, flagged, decided, the flag taken off
    if way.corrected:
        own = page.locator(".govuk-summary-list__row").filter(has_text="The agency's own mark")
        expect(own).to_contain_text(way.corrected)
    else:
        expect(page.get_by_text("This record was removed.")).to_be_visible()


def test_a_double_click_orders_one_copy(way, subject, copy, as_role):
    page = as_role(way.role)
    page.goto(f"{subject.file}reports")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr").get_by_text("Current")).to_be_visible()
    assert copy.pdf.startswith(b"%PDF-")


def test_anyone_checks_the_copy_by_its_code(way, copy, window):
    page = window(script=way.script)
    page.goto("/verify/")
    page.get_by_label("Code").fill(copy.code.lower().replace("-", " "))
    page.get_by_role("button", name="Check this code").click()
    expect(page.get_by_role("heading", name="Genuine and current", exact=True)).to_be_visible()


def hand_in(page: Page, content: bytes) -> None:
    page.goto("/verify/")
    page.get_by_label("PDF file").set_input_files(
        files=[{"name": "report.pdf", "mimeType": "application/pdf", "buffer": content}]
    )
    page.get_by_role("button", name="Check this file").click()


def test_anyone_checks_the_copy_by_its_file(way, copy, window):
    page = window(script=way.script)
    hand_in(page, copy.pdf)
    expect(page.get_by_role("heading", name="Genuine and current", exact=True)).to_be_visible()
    expect(page.get_by_text("Every byte of the file is as it was signed.")).to_be_visible()


def test_a_tampered_copy_is_told_apart(way, copy, window):
    page = window(script=way.script)
    middle = copy.pdf.index(b"stream") + 40
    hand_in(page, copy.pdf[:middle] + bytes([copy.pdf[middle] ^ 1]) + copy.pdf[middle + 1 :])
    expect(page.get_by_role("heading", name="This file was changed")).to_be_visible()


def test_the_subject_reads_who_looked(way, subject, copy, portal, as_role):
    page = as_role(way.role)
    page.goto(f"{subject.file}looks")
    looks = page.get_by_role("table", name="Looks by others, the newest first")
    officials = looks.get_by_role("row").filter(has_text="Official who reviews disputes")
    expect(officials).to_have_count(2)
    for row in officials.all():
        expect(row).to_contain_text("To decide a dispute")
        expect(row).to_contain_text("Credit Oversight Office")
    written = looks.get_by_role("row").filter(has_text="The portal, writing a report")
    expect(written.first).to_contain_text("To make a certified report")
    for official in (portal.person("official", number) for number in (0, 1)):
        expect(page.get_by_text(official["name"])).to_have_count(0)


def test_the_auditor_sees_the_looks_without_names(way, subject, copy, portal, as_role):
    page = as_role("auditor")
    page.goto("/audit/looks")
    looked = page.get_by_role("row").filter(has_text=subject.file.split("/")[2])
    expect(looked.filter(has_text="Official who reviews disputes")).to_have_count(2)
    shown = page.locator("main").inner_text()
    named = [person for person in portal.people if person["email"] in shown]
    assert named == []
    for role in ("official", "representative", "individual"):
        assert portal.person(role)["name"] not in shown


def test_the_ledger_of_all_that_holds(copy, portal):
    answer = portal.run("verify_ledger")
    assert answer["ok"]
    assert answer["first_bad"] is None


def test_no_page_of_the_path_has_a_barrier_that_axe_finds(way, subject, delivery, copy, decided, portal, window):
    seen = {
        (way.role, 0): (subject.record, decided.path, copy.path, f"{subject.file}reports", f"/verify/{copy.code}"),
        ("officer", 0): (delivery,),
        ("official", 0): ("/desk/", f"/desk/cases/{decided.name}"),
    }
    for (role, number), paths in seen.items():
        page = window(portal.person(role, number, way.agency if role == "officer" else None))  # axe is a script
        for path in paths:
            page.goto(path)
            assert barriers(page) == [], path
