"""`/api/v1/submissions`: hand over, look, release, withdraw. Each parses, calls one action or query, answers."""

from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from ninja import Header, NinjaAPI, Path, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError

from credit.core.errors import DomainError, Invalid, NotFound
from credit.records import actions, staging
from credit.records.api import shapes
from credit.records.api.callers import Caller, ProgramRequest, Token
from credit.records.api.once import Answer, once
from credit.records.api.problems import BY_STATUS, of_refusal, problem
from credit.records.api.uploads import Upload, read_upload
from credit.records.models import Submission
from credit.records.moves import Status
from credit.records.notations.faults import gettext_noop
from credit.records.programs import Scope
from credit.records.refusals import as_json

PAGE, MOST = 50, 200

api = NinjaAPI(
    title="Plainmark",
    version="1",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    description=gettext_noop("How an agency's programs hand over records, and see what became of them."),
)

Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,32}$", examples=[shapes.ID], description="Its public number.")]
Cursor = Annotated[
    str | None, Query(pattern=r"^[0-9A-Za-z-]{1,32}$", description="Where the page before ended: use `next` as it is.")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        examples=["2026-11-23/grades/1"],
        description="Chosen by you. The same key with the same request is done once and answered alike for 48 hours.",
    ),
]


@api.post(
    "/submissions",
    url_name="submissions",
    auth=Token(Scope.WRITE),
    response={202: shapes.SubmissionShown},
    summary=gettext_noop("Hand over a file, or one record"),
    description=gettext_noop(
        "The body is the file itself, or a multipart form with the fields file and notation. It is kept, and checked by"
        " a worker: ask for it again until its status is parsed or refused. A second officer releases it."
    ),
)
def submit(
    request: ProgramRequest,
    notation: Annotated[
        str | None, Query(max_length=40, pattern=r"^[a-z-]+$", examples=["tax-grade"], description="The notation.")
    ] = None,
    filename: Annotated[
        str | None, Query(max_length=150, examples=["grades.csv"], description="What the file is called.")
    ] = None,
    key: Key = None,
) -> HttpResponse:
    """Keep a file and have it checked."""
    caller = request.auth
    upload = read_upload(request, notation=notation, filename=filename)
    asked = ("submit", upload.notation, upload.filename, upload.sha256)
    return once(caller, key, asked, lambda: _received(caller, upload)).response()


def _received(caller: Caller, upload: Upload) -> Answer:
    made = actions.receive(
        upload.file,
        filename=upload.filename,
        agency=caller.agency,
        notation=upload.notation,
        by=caller.officer,
        through=caller.program,
        now=caller.now,
    )
    here = reverse("api:submission", kwargs={"submission": made.public_id})
    return Answer(202, shapes.shown(made).model_dump_json(), here)


@api.get(
    "/submissions",
    url_name="submissions",
    auth=Token(Scope.READ),
    response=shapes.SubmissionsPage,
    summary=gettext_noop("List what the agency handed over"),
    description=gettext_noop("By whichever way it came, the newest first."),
)
def submissions(
    request: ProgramRequest,
    status: Annotated[Status | None, Query(description="Only those that stand there.")] = None,
    notation: Annotated[str | None, Query(max_length=40, pattern=r"^[a-z-]+$", description="Only those in it.")] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> HttpResponse:
    """The agency's submissions."""
    found = Submission.objects.of_agency(request.auth.agency).select_related("submitted_through")
    if status is not None:
        found = found.filter(status=status)
    if notation is not None:
        found = found.filter(notation=notation)
    if cursor is not None:
        found = found.filter(pk__lt=_of(request.auth, cursor, Invalid).pk)
    page = list(found[: limit + 1])
    following = None
    if len(page) > limit:
        page.pop()
        asked = {"status": status, "notation": notation, "limit": limit, "cursor": page[-1].public_id}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        following = f"{reverse('api:submissions')}?{query}"
    return _answer(shapes.SubmissionsPage(items=[shapes.shown(one) for one in page], next=following))


@api.get(
    "/submissions/{submission}",
    url_name="submission",
    auth=Token(Scope.READ),
    response=shapes.SubmissionShown,
    summary=gettext_noop("Where a submission stands"),
    description=gettext_noop("Its status, its counts, how far it is read, and what can be done with it."),
)
def submission(request: ProgramRequest, submission: Id) -> HttpResponse:
    """One submission."""
    return _answer(shapes.shown(_of(request.auth, submission)))


@api.get(
    "/submissions/{submission}/faults",
    url_name="faults",
    auth=Token(Scope.READ),
    response=shapes.FaultsPage,
    summary=gettext_noop("What is wrong with it"),
    description=gettext_noop("Each fault with its line, column, code and value, in the file's order."),
)
def faults(
    request: ProgramRequest,
    submission: Id,
    limit: Limit = PAGE,
    cursor: Annotated[int | None, Query(ge=0, lt=2**63, description="Where the page before ended.")] = None,
) -> HttpResponse:
    """Its faults."""
    found = _of(request.auth, submission)
    stored = found.faults.filter(claim=found.claim, pk__gt=cursor or 0).order_by("pk")
    page = list(stored[: limit + 1])
    following = None
    if len(page) > limit:
        page.pop()
        query = urlencode({"limit": limit, "cursor": page[-1].pk})
        following = f"{reverse('api:faults', kwargs={'submission': found.public_id})}?{query}"
    items = [shapes.FaultShown.model_validate(as_json(fault)) for fault in staging.faults_of(page, found)]
    complete = found.parsed_at is not None
    return _answer(shapes.FaultsPage(submission=found.public_id, complete=complete, items=items, next=following))


@api.post(
    "/submissions/{submission}/release",
    url_name="release",
    auth=Token(Scope.RELEASE),
    response={200: shapes.SubmissionShown, 202: shapes.SubmissionShown},
    summary=gettext_noop("Release it"),
    description=gettext_noop(
        "Only by a program that another officer registered than whoever delivered it, directly or through a program:"
        " nobody releases what they delivered. A large one is published by a worker: it is releasing until then."
    ),
)
def release(request: ProgramRequest, submission: Id, asked: shapes.Release, key: Key = None) -> HttpResponse:
    """Publish its records, whole or not at all."""
    caller = request.auth
    found = _of(caller, submission)

    def act() -> Answer:
        done = actions.release(
            found.public_id, by=caller.officer, through=caller.program, now=caller.now, partial=asked.partial
        )
        status = 202 if done.status == Status.RELEASING else 200
        return Answer(status, shapes.shown(done).model_dump_json())

    return once(caller, key, ("release", found.public_id, str(asked.partial)), act).response()


@api.post(
    "/submissions/{submission}/withdraw",
    url_name="withdraw",
    auth=Token(Scope.WRITE),
    response=shapes.SubmissionShown,
    summary=gettext_noop("Withdraw it before it is released"),
    description=gettext_noop("What was released, an officer withdraws on the agency's page."),
)
def withdraw(request: ProgramRequest, submission: Id, asked: shapes.Withdrawal, key: Key = None) -> HttpResponse:
    """Take it back whole, with a reason."""
    caller = request.auth
    found = _of(caller, submission)

    def act() -> Answer:
        done = actions.withdraw(
            found.public_id, reason=asked.reason, by=caller.officer, through=caller.program, now=caller.now
        )
        return Answer(200, shapes.shown(done).model_dump_json())

    return once(caller, key, ("withdraw", found.public_id, asked.reason), act).response()


def _of(caller: Caller, public_id: str, missing: type[DomainError] = NotFound) -> Submission:
    """The agency's submission; another's is as if it weren't there."""
    mine = Submission.objects.of_agency(caller.agency).select_related("submitted_through")
    found = mine.filter(public_id=public_id).first()
    if found is None:
        raise missing(_("There is no such submission."))
    return found


def _answer(document: Any) -> HttpResponse:
    return HttpResponse(document.model_dump_json(), content_type="application/json")


@api.exception_handler(DomainError)
def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """What the portal refuses."""
    return of_refusal(error)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What doesn't say what it should: each place, and what is wrong there."""
    wrong = [{"in": [str(part) for part in item["loc"]], "message": item["msg"]} for item in error.errors]
    first = wrong[0] if wrong else {"in": [], "message": ""}
    return problem(422, "invalid", f"{'.'.join(first['in'])}: {first['message']}", errors=wrong)


@api.exception_handler(AuthenticationError)
@api.exception_handler(HttpError)
def answered(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What django-ninja itself refuses."""
    code = BY_STATUS.get(HTTPStatus(error.status_code), "bad_request")
    return problem(error.status_code, code, error.message)
