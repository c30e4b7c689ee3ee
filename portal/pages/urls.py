"""Addresses of the pages that show several contexts at once."""

from django.urls import path

from portal.pages import recordpages, sourcepages, views

public_urls = [
    path("", views.home, name="home"),
    path("help/<slug:topic>", views.help_on, name="help"),
    path("sources", sourcepages.index, name="sources"),
    path("sources.json", sourcepages.as_json, name="sources-json"),
    path("sources.csv", sourcepages.as_csv, name="sources-csv"),
    path("sources/conversions.csv", sourcepages.conversions, name="conversions-csv"),
    path("sources/<slug:agency>", sourcepages.agency, name="source"),
]
subject_urls = [
    path("", views.overview, name="overview"),
]
# /s/<subject>/…, namespace "records", after the addresses that credit/records has there
record_urls = [
    path("records", recordpages.records, name="list"),
    path("records/<str:record>", recordpages.record, name="detail"),
]
