"""Where the pages of records are. The portal mounts each list under its own namespace."""

from django.urls import path

from credit.records import clientpages, deliverypages, faultpages, filepages, onefilepages, views

# /s/<subject>/…, namespace "records"; the list and the record's own page show points too and are in portal/pages
subject_urls = [
    path("records/export.csv", views.csv_file, name="csv"),
    path("records/export.json", views.json_file, name="json"),
]

# /agency/<code>/…, namespace "agency"
agency_urls = [
    path("", deliverypages.home, name="home"),
    path("submissions/<str:submission>", deliverypages.submission, name="submission"),
    path("submissions/<str:submission>/release", deliverypages.release, name="release"),
    path("submissions/<str:submission>/withdraw", deliverypages.withdraw, name="withdraw"),
    path("submissions/<str:submission>/faults.xlsx", faultpages.sheet, name="fault-sheet"),
    path("submissions/<str:submission>/faults.csv", faultpages.listed, name="fault-list"),
    path("submissions/<str:submission>/lines/<int:line>/accept/<str:fault>", faultpages.accept, name="accept"),
    path("clients", clientpages.clients, name="clients"),
    path("clients/<str:client>/end", clientpages.end, name="client-end"),
]

# /desk/files/…, namespace "files"
desk_urls = [
    path("", filepages.pairs, name="list"),
    path("suggest", filepages.suggest, name="suggest"),
    path("find", filepages.find, name="find"),
    path("of/<str:subject>", onefilepages.show, name="file"),
    path("of/<str:subject>/open", onefilepages.open_it, name="open"),
    path("of/<str:subject>/close", onefilepages.close_it, name="close"),
    path("of/<str:subject>/attach", onefilepages.attach, name="attach"),
    path("of/<str:subject>/detach", onefilepages.detach, name="detach"),
    path("of/<str:subject>/records", onefilepages.move, name="move-records"),
    path("of/<str:subject>/acts", onefilepages.acts, name="acts"),
    path("of/<str:subject>/undo", onefilepages.undo, name="undo"),
    path("<str:pair>", filepages.pair, name="pair"),
    path("<str:pair>/look", filepages.look_at, name="look"),
    path("<str:pair>/move", filepages.move, name="move"),
]
