"""Addresses of the ledger, below /ledger/. Their doors are in credit.access.doors, which is above this context."""

from django.urls import path

from credit.ledger import views

public_urls = [
    path("", views.heads, name="heads"),
    path("heads.ndjson", views.download, name="download"),
]
