"""The description of the API: OpenAPI 3.1 for machines, a page for people; both from the endpoints' own words."""

import json
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from credit.access.doors import anyone
from credit.records import notations
from credit.records.api import shapes
from credit.records.api.endpoints import api
from credit.records.api.problems import BY_STATUS, MEDIA_TYPE, TITLES
from credit.records.api.uploads import ENDINGS
from credit.records.notations.faults import gettext_noop
from credit.records.programs import Scope

PREFIX = "api/v1/"
RECORD = {
    "identifier_type": "uscc",
    "identifier": "91110000000000016Q",
    "name": "示例有限公司",
    "mark": "A",
    "decided_on": "2026-06-01",
    "ends_on": "2027-06-01",
    "document": "2026-0001",
}
CSV = ",".join(RECORD) + "\n" + ",".join(RECORD.values()) + "\n"
SCOPES = {
    Scope.WRITE: gettext_noop("Hand over and withdraw before release"),
    Scope.READ: gettext_noop("Read what the agency handed over"),
    Scope.RELEASE: gettext_noop("Release what another officer's program or another officer delivered"),
}
REFUSALS: dict[str, tuple[int, ...]] = {
    "submit": (400, 401, 403, 409, 413, 415, 422, 429, 503),
    "submissions": (401, 403, 422, 429, 503),
    "submission": (401, 403, 404, 422, 429, 503),
    "faults": (401, 403, 404, 422, 429, 503),
    "release": (400, 401, 403, 404, 409, 422, 429, 503),
    "withdraw": (400, 401, 403, 404, 409, 422, 429, 503),
}
NEEDED = {
    "submit": Scope.WRITE,
    "submissions": Scope.READ,
    "submission": Scope.READ,
    "faults": Scope.READ,
    "release": Scope.RELEASE,
    "withdraw": Scope.WRITE,
}
PROBLEM = {
    "type": "/api/v1/docs#conflict",
    "title": "Somebody else was first, or it was done already",
    "status": 409,
    "detail": "This file was released already.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked, as the page shows it."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    scope: str
    parameters: list[dict[str, Any]]
    answers: list[str]
    example: str


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document, in English."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    components = found["components"]
    problem_schema = shapes.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= problem_schema.pop("$defs", {}) | {"Problem": problem_schema}
    components["securitySchemes"] = {"program": _security()}
    for methods in found["paths"].values():
        for operation in methods.values():
            _complete(operation)
    return found


def _security() -> dict[str, Any]:
    flow = {"tokenUrl": "/oauth/token", "scopes": {scope.value: text for scope, text in SCOPES.items()}}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}


def _complete(operation: dict[str, Any]) -> None:
    """Add to an operation what its function doesn't say: scope, body, examples, refusals."""
    name = operation["operationId"].removeprefix("credit_records_api_endpoints_")
    operation["operationId"] = name
    operation["security"] = [{"program": [NEEDED[name].value]}]
    for answer in operation["responses"].values():
        answer["content"]["application/json"]["example"] = _example(name)
        if name == "submit":
            answer["headers"] = {"Location": {"schema": {"type": "string"}, "required": True}}
    for refusal in REFUSALS[name]:
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": PROBLEM}}
        operation["responses"][str(refusal)] = {"description": _title(refusal), "content": content}
    operation["responses"]["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
    operation["responses"]["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    if name == "submit":
        operation["requestBody"] = _body()
        for parameter in operation["parameters"]:
            if parameter["name"] == "notation":
                parameter["schema"] = {"type": "string", "enum": sorted(notations.all_notations())}


def _title(status: int) -> str:
    return TITLES[BY_STATUS[HTTPStatus(status)]]


def _body() -> dict[str, Any]:
    text, record = {"type": "string", "minLength": 1}, {"type": "object", "minProperties": 1}
    either = {"oneOf": [record, {"type": "array", "items": record, "minItems": 1}]}
    form = {
        "type": "object",
        "required": ["file", "notation"],
        "properties": {
            "file": {"type": "string", "contentMediaType": "application/octet-stream"},
            "notation": {"type": "string", "enum": sorted(notations.all_notations())},
        },
    }
    csv, sheet, listed, lines = ENDINGS
    content: dict[str, Any] = {
        csv: {"schema": text, "example": CSV},
        sheet: {"schema": {"type": "string", "contentMediaType": sheet}},
        listed: {"schema": either, "examples": {"one": {"value": RECORD}, "list": {"value": [RECORD]}}},
        lines: {"schema": text, "example": json.dumps(RECORD, ensure_ascii=False) + "\n"},
        "multipart/form-data": {"schema": form},
    }
    return {"required": True, "content": content}


def _example(name: str) -> dict[str, Any]:
    if name == "submissions":
        return {"items": [shapes.EXAMPLE], "next": f"/api/v1/submissions?limit=1&cursor={shapes.ID}"}
    if name == "faults":
        return {"submission": shapes.ID, "complete": True, "items": [shapes.FAULT], "next": None}
    return shapes.EXAMPLE


@require_GET
@anyone
def openapi(request: HttpRequest) -> JsonResponse:
    """The document that machines read."""
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})


@require_GET
@anyone
def index(request: HttpRequest) -> JsonResponse:
    """Where everything is."""
    return JsonResponse(
        {
            "description": reverse("api:openapi"),
            "documentation": reverse("api:docs"),
            "submissions": reverse("api:submissions"),
            "token": reverse("oauth:token"),
        }
    )


@require_GET
@anyone
def docs(request: HttpRequest) -> HttpResponse:
    """How does a program of ours hand over records?"""
    operations = [
        _operation(path, method, operation)
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]
    context = {
        "operations": operations,
        "scopes": [(scope.value, gettext(text)) for scope, text in SCOPES.items()],
        "problems": [(code, gettext(title)) for code, title in TITLES.items()],
        "formats": list(ENDINGS),
        "base": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "records/api.html", context)


def _operation(path: str, method: str, operation: dict[str, Any]) -> Operation:
    name = operation["operationId"]
    return Operation(
        method.upper(),
        path,
        name,
        gettext(operation["summary"]),
        gettext(operation["description"]),
        NEEDED[name].value,
        operation["parameters"],
        sorted(operation["responses"]),
        json.dumps(_example(name), ensure_ascii=False, indent=2),
    )
