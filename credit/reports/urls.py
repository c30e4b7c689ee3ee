"""Where the pages of reports are. The portal mounts each list under its own namespace."""

from django.urls import path

from credit.reports import public, views

# /s/<subject>/…, namespace "reports"
subject_urls = [
    path("reports", views.reports, name="list"),
    path("reports/<str:report>", views.report, name="detail"),
    path("reports/<str:report>/file", views.download, name="file"),
]

# /verify/…, namespace "verify"
public_urls = [
    path("", public.form, name="form"),
    path("<str:code>", public.code, name="code"),
]
