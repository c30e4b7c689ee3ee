"""Addresses of the pages that show several contexts at once."""

from django.urls import path

from portal.pages import views

public_urls = [
    path("", views.home, name="home"),
    path("help/<slug:topic>", views.help_on, name="help"),
]
subject_urls = [
    path("", views.overview, name="overview"),
]
