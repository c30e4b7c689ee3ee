"""Where the pages of records are. The portal mounts each list under its own namespace."""

from django.urls import path

from credit.records import deliverypages, views

# /s/<subject>/…, namespace "records"
subject_urls = [
    path("records", views.records, name="list"),
    path("records/<str:record>", views.record, name="detail"),
]

# /agency/<code>/…, namespace "agency"
agency_urls = [
    path("", deliverypages.home, name="home"),
    path("submissions/<str:submission>", deliverypages.submission, name="submission"),
    path("submissions/<str:submission>/release", deliverypages.release, name="release"),
    path("submissions/<str:submission>/withdraw", deliverypages.withdraw, name="withdraw"),
]
