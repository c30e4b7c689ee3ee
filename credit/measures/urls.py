"""Where the pages of measures are. The portal mounts each list under its own namespace."""

from django.urls import path

from credit.measures import desk, public, views

# /s/<subject>/…, namespace "measures"
subject_urls = [
    path("measures", views.measures, name="list"),
    path("measures/what-if", views.what_if, name="what-if"),
    path("measures/<str:measure>", views.measure, name="detail"),
    path("measures/<str:measure>/object", views.object_to, name="object"),
    path("measures/objections/<str:objection>/withdraw", views.withdraw, name="withdraw"),
]

# /desk/objections/…, namespace "objections"
desk_urls = [
    path("objections", desk.queue, name="list"),
    path("objections/<str:objection>", desk.objection, name="detail"),
    path("objections/<str:objection>/take", desk.take, name="take"),
    path("objections/<str:objection>/hand-back", desk.hand_back, name="hand-back"),
    path("objections/<str:objection>/decide", desk.decide, name="decide"),
]

# namespace "published-measures"
public_urls = [
    path("measures", public.lists, name="list"),
    path("measures.json", public.as_json, name="json"),
    path("measures/<slug:code>/<int:version>", public.published, name="version"),
]
