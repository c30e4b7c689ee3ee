"""Addresses: who looked at me, who may look at whom, and the auditor's pages."""

from django.urls import path

from credit.access import audit, views

subject_urls = [path("looks", views.looks, name="looks")]
public_urls = [path("rules", views.rules, name="rules")]
audit_urls = [
    path("", audit.home, name="home"),
    path("looks", audit.looks, name="looks"),
]
