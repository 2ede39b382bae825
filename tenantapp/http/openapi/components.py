"""What the operations of the API document share: parameters, headers, problems, and how to prove who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apispec import APISpec

from tenantapp.http.edge import HEADER as REQUEST_ID
from tenantapp.http.idempotency import HEADER as IDEMPOTENCY_KEY
from tenantapp.http.idempotency import REPLAYED
from tenantapp.http.problems import MIMETYPE, RETRY_SECONDS, ProblemSchema, problem_document

BEARER = "bearer"
TENANT = "TenantSubdomain"
IF_NONE_MATCH, IF_MATCH, REQUIRED_IF_MATCH = "IfNoneMatch", "IfMatch", "RequiredIfMatch"
REPEATABLE = "IdempotencyKey"
# A header of an answer, and the component that describes it.
ALWAYS = {REQUEST_ID: "RequestId"}
VERSION = {"ETag": "ETag"}
LOCATION = {"Location": "Location"}
NEXT_PAGE = {"Link": "Link"}
FILE_NAME = {"Content-Disposition": "ContentDisposition"}
REPLAY = {REPLAYED: "IdempotencyReplayed"}

_REQUEST_ID_EXAMPLE = "5b1f0c3a9d2e4f60"
_ETAG = {"type": "string", "examples": ['"1"']}


@dataclass(frozen=True, slots=True)
class DocumentedProblem:
    """A problem as operations document it, with one of the reasons there are for it."""

    name: str
    meaning: str
    reason: str
    detail: str
    errors: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


PROBLEMS = {
    400: DocumentedProblem(
        "BadRequest",
        "The request is malformed, or does not name one tenant.",
        "tenant_required",
        "Name the tenant.",
    ),
    401: DocumentedProblem(
        "Unauthorized",
        "No credential, or none of this tenant's.",
        "credential_refused",
        "Send an API key of this tenant's as a bearer token.",
        headers={"WWW-Authenticate": "WWWAuthenticate"},
    ),
    403: DocumentedProblem(
        "Forbidden",
        "The credential has not the scope, or the tenant is suspended.",
        "permission_refused",
        "This needs the scope 'write'.",
    ),
    404: DocumentedProblem("NotFound", "There is no such thing.", "not_found", "There is no such row."),
    406: DocumentedProblem(
        "NotAcceptable",
        "There is no such format.",
        "not_acceptable",
        "There is text/csv and application/x-ndjson.",
    ),
    409: DocumentedProblem(
        "Conflict",
        "It contradicts what is there already.",
        "already_taken",
        "A value is already taken.",
        {"email": ["Already taken."]},
    ),
    412: DocumentedProblem(
        "PreconditionFailed",
        "If-Match names another version.",
        "precondition_failed",
        "The row has another version; read it again.",
    ),
    413: DocumentedProblem(
        "ContentTooLarge",
        "The body is too large.",
        "request_entity_too_large",
        "The data value transmitted exceeds the capacity limit.",
    ),
    415: DocumentedProblem(
        "UnsupportedMediaType",
        "The body is said to be of another media type than the operation takes.",
        "unsupported_media_type",
        "Send the body as application/json.",
    ),
    422: DocumentedProblem(
        "UnprocessableContent",
        "Some fields are invalid; all of them are named.",
        "invalid_fields",
        "Some fields are invalid.",
        {"name": ["Missing data for required field."]},
    ),
    428: DocumentedProblem(
        "PreconditionRequired",
        "The change must say by If-Match which version it is based on.",
        "precondition_required",
        "Send the ETag of what you read as If-Match.",
    ),
    503: DocumentedProblem(
        "ServiceUnavailable",
        "The database does not answer.",
        "database_unavailable",
        "The database does not answer; try again later.",
        headers={"Retry-After": "RetryAfter"},
    ),
}


def register(spec: APISpec, tenant_header: str) -> None:
    """Give `spec` the components; those that no operation refers to stay out of the document.

    Args:
        spec: the document that is being made.
        tenant_header: the header that names the tenant where the host does not.
    """
    spec.components.security_scheme(
        BEARER,
        {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of the tenant's. The names beside it are the scope that is needed.",
        },
    )
    for name, parameter in _parameters(tenant_header).items():
        spec.components.parameter(name, "header", parameter, lazy=True)
    for name, header in _HEADERS.items():
        spec.components.header(name, header, lazy=True)
    for status, documented in PROBLEMS.items():
        spec.components.response(documented.name, _response(status, documented), lazy=True)


def _parameters(tenant_header: str) -> dict[str, dict[str, Any]]:
    based_on = "The ETag that this change is based on, or `*`."
    return {
        TENANT: {
            "name": tenant_header,
            "description": "The tenant's subdomain, where the host does not begin with it.",
            "schema": {
                "type": "string",
                "pattern": "^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
                "examples": ["acme"],
            },
        },
        IF_NONE_MATCH: {
            "name": "If-None-Match",
            "description": "An ETag that you hold: if it is still the same, the answer is 304 and empty.",
            "schema": _ETAG,
        },
        IF_MATCH: {"name": "If-Match", "description": based_on, "schema": _ETAG},
        REQUIRED_IF_MATCH: {
            "name": "If-Match",
            "required": True,
            "description": based_on,
            "schema": _ETAG,
        },
        REPEATABLE: {
            "name": IDEMPOTENCY_KEY,
            "description": "A word of yours for this request. Sent again within 24 hours with the same body, "
            "it is done once and answered as the first time.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "examples": ["order-4711"]},
        },
    }


_HEADERS: dict[str, dict[str, Any]] = {
    "RequestId": {
        "description": "The request's id: yours, where you sent a usable one, or a new one.",
        "required": True,
        "schema": {"type": "string", "examples": [_REQUEST_ID_EXAMPLE]},
    },
    "ETag": {"description": "The version of what is shown.", "required": True, "schema": _ETAG},
    "Location": {
        "description": "Where it is found from now on.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Link": {
        "description": 'The next page, as `<…>; rel="next"`; absent on the last one.',
        "schema": {"type": "string"},
    },
    "ContentDisposition": {
        "description": "What the file is called.",
        "required": True,
        "schema": {"type": "string"},
    },
    "IdempotencyReplayed": {
        "description": "`true` on an answer that was given before.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "RetryAfter": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$", "examples": [RETRY_SECONDS]},
    },
    "WWWAuthenticate": {
        "description": "The scheme to prove who asks by.",
        "required": True,
        "schema": {"type": "string", "examples": ['Bearer realm="tenantapp"']},
    },
}


def _response(status: int, documented: DocumentedProblem) -> dict[str, Any]:
    example = problem_document(
        status, documented.reason, documented.detail, errors=documented.errors, request_id=_REQUEST_ID_EXAMPLE
    )
    return {
        "description": documented.meaning,
        "headers": ALWAYS | documented.headers,
        "content": {MIMETYPE: {"schema": ProblemSchema, "example": example}},
    }
