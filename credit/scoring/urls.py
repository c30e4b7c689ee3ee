"""Addresses: a subject's mark, and the published schemes."""

from django.urls import path

from credit.scoring import views

subject_urls = [
    path("mark", views.mark, name="mark"),
    path("mark/document", views.document, name="document"),
    path("mark/history", views.history, name="history"),
]
public_urls = [
    path("", views.schemes, name="list"),
    path("<slug:code>/<int:version>", views.scheme, name="detail"),
]
