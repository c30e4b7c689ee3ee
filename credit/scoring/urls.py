"""Addresses: a subject's mark, and the published schemes."""

from django.urls import path

from credit.scoring import reviewdesk, reviewpages, views

subject_urls = [
    path("mark", views.mark, name="mark"),
    path("mark/document", views.document, name="document"),
    path("mark/history", views.history, name="history"),
    path("mark/what-if", views.what_if, name="what-if"),
    path("review", reviewpages.review, name="review"),
    path("review/<str:review>/withdraw", reviewpages.withdraw, name="review-withdraw"),
]
public_urls = [
    path("", views.schemes, name="list"),
    path("<slug:code>/<int:version>", views.scheme, name="detail"),
]
# /desk/…, namespace "reviews"
desk_urls = [
    path("reviews", reviewdesk.queue, name="list"),
    path("reviews/<str:review>", reviewdesk.case, name="detail"),
    path("reviews/<str:review>/take", reviewdesk.take, name="take"),
    path("reviews/<str:review>/hand-back", reviewdesk.hand_back, name="hand-back"),
    path("reviews/<str:review>/answer", reviewdesk.answer, name="answer"),
]
