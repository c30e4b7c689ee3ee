"""Addresses: a subject's mark, the published schemes, the calculator, the scheme board's pages."""

from django.urls import path

from credit.scoring import calculator, schemepages, views
from credit.scoring.assessment import pages as impactpages
from credit.scoring.board import pages as boardpages
from credit.scoring.reviews import desk as reviewdesk
from credit.scoring.reviews import pages as reviewpages

subject_urls = [
    path("mark", views.mark, name="mark"),
    path("mark/document", views.document, name="document"),
    path("mark/history", views.history, name="history"),
    path("mark/what-if", views.what_if, name="what-if"),
    path("review", reviewpages.review, name="review"),
    path("review/<str:review>/withdraw", reviewpages.withdraw, name="review-withdraw"),
]
# /schemes/…, namespace "schemes"
public_urls = [
    path("", schemepages.schemes, name="list"),
    path("conversions", schemepages.conversions, name="conversions"),
    path("<slug:code>/<int:version>", schemepages.scheme, name="detail"),
    path("<slug:code>/<int:version>/changes", schemepages.difference, name="changes"),
    path("<slug:code>/<int:version>.toml", schemepages.text, name="text"),
    path("<slug:code>/<int:version>.sig", schemepages.signature, name="signature"),
    path("<slug:code>/<int:version>.pem", schemepages.key, name="key"),
    path("<slug:code>/<int:version>/impact", impactpages.of_scheme, name="impact"),
    path("<slug:code>/<int:version>/impact.json", impactpages.scheme_json, name="impact-json"),
    path("<slug:code>/<int:version>/impact.csv", impactpages.scheme_csv, name="impact-csv"),
]
# /calculator, namespace "calculator"
calculator_urls = [
    path("calculator", calculator.calculator, name="form"),
]
# /board/…, namespace "board"
board_urls = [
    path("", boardpages.home, name="home"),
    path("schemes/new", boardpages.new, name="new"),
    path("schemes/<str:draft>", boardpages.draft, name="draft"),
    path("schemes/<str:draft>/text", boardpages.text, name="text"),
    path("schemes/<str:draft>/edit", boardpages.edit, name="edit"),
    path("schemes/<str:draft>/approve", boardpages.approve, name="approve"),
    path("schemes/<str:draft>/send-back", boardpages.send_back, name="send-back"),
    path("schemes/<str:draft>/publish", boardpages.publish, name="publish"),
    path("schemes/<str:draft>/abandon", boardpages.abandon, name="abandon"),
    path("schemes/<str:draft>/assess", impactpages.assess, name="assess"),
    path("schemes/<str:draft>/impact", impactpages.of_draft, name="impact"),
    path("schemes/<str:draft>/impact.json", impactpages.draft_json, name="impact-json"),
    path("schemes/<str:draft>/impact.csv", impactpages.draft_csv, name="impact-csv"),
]
# /desk/…, namespace "reviews"
desk_urls = [
    path("reviews", reviewdesk.queue, name="list"),
    path("reviews/<str:review>", reviewdesk.case, name="detail"),
    path("reviews/<str:review>/take", reviewdesk.take, name="take"),
    path("reviews/<str:review>/hand-back", reviewdesk.hand_back, name="hand-back"),
    path("reviews/<str:review>/answer", reviewdesk.answer, name="answer"),
]
