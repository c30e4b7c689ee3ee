"""Where the pages of disputes are. The portal mounts each list under its own namespace."""

from django.urls import path

from credit.disputes import desk, views

# /s/<subject>/…, namespace "disputes"
subject_urls = [
    path("disputes", views.cases, name="list"),
    path("disputes/<str:case>", views.case, name="detail"),
    path("disputes/<str:case>/information", views.add_information, name="information"),
    path("disputes/<str:case>/withdraw", views.withdraw, name="withdraw"),
    path("records/<str:record>/dispute", views.file, name="file"),
]

# /desk/…, namespace "desk"
desk_urls = [
    path("", desk.queue, name="queue"),
    path("cases/<str:case>", desk.case, name="case"),
    path("cases/<str:case>/take", desk.take, name="take"),
    path("cases/<str:case>/hand-back", desk.hand_back, name="hand-back"),
    path("cases/<str:case>/propose", desk.propose, name="propose"),
    path("cases/<str:case>/check", desk.check, name="check"),
    path("cases/<str:case>/confirm", desk.confirm, name="confirm"),
    path("cases/<str:case>/send-back", desk.send_back, name="send-back"),
]
