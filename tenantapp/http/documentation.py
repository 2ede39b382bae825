"""What the API document says of an endpoint: flask-smorest's decorators, run for their notes alone.

At run time they would parse and dump again what the endpoint has parsed and dumped itself.
"""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from tenantapp.http.idempotency import HEADER as IDEMPOTENCY_KEY
from tenantapp.http.problems import MIMETYPE, ProblemSchema

_READ_ERRORS = (400, 401, 403, 404, 422, 503)
_WRITE_ERRORS = (*_READ_ERRORS, 409, 412, 413, 415, 428)


class _IfNoneMatch(Schema):
    if_none_match = fields.String(data_key="If-None-Match", metadata={"description": "An ETag you hold."})


class _IfMatch(Schema):
    if_match = fields.String(
        data_key="If-Match", metadata={"description": "The ETag that this change is based on."}
    )


class _RequiredIfMatch(Schema):
    if_match = fields.String(
        data_key="If-Match", required=True, metadata={"description": "The ETag that this change is based on."}
    )


class _IdempotencyKey(Schema):
    idempotency_key = fields.String(
        data_key=IDEMPOTENCY_KEY,
        metadata={"description": "The same key for the same request sent again: it is done once."},
    )


def notes(
    blueprint: Blueprint,
    *,
    method: str,
    status: int,
    answers: type[Schema] | None,
    takes: Schema | None = None,
    query: Schema | None = None,
    if_match_required: bool = False,
) -> dict[str, Any]:
    """Return what flask-smorest notes down for an endpoint.

    Args:
        blueprint: whose endpoint it is.
        method: its HTTP method.
        status: the status of its answer.
        answers: the schema of its answer, where there is one.
        takes: the schema of its body, where there is one.
        query: the schema of its query string, where there is one.
        if_match_required: whether a change must say what it is based on.
    """

    def noted() -> None: ...

    decorated: Any = blueprint.response(status, answers)(noted)
    for code in _READ_ERRORS if method == "GET" else _WRITE_ERRORS:
        decorated = blueprint.alt_response(code, schema=ProblemSchema, content_type=MIMETYPE)(decorated)
    if takes is not None:
        decorated = blueprint.arguments(takes)(decorated)
    if query is not None:
        decorated = blueprint.arguments(query, location="query")(decorated)
    if method == "POST":
        decorated = blueprint.arguments(_IdempotencyKey, location="headers")(decorated)
    if method in ("PATCH", "DELETE"):
        header = _RequiredIfMatch if if_match_required else _IfMatch
        decorated = blueprint.arguments(header, location="headers")(decorated)
    return dict(decorated._apidoc)
