"""Errors as the client sees them: RFC 9457 problem details, whatever went wrong and wherever."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from flask import Flask, Response, current_app, request
from marshmallow import Schema, ValidationError, fields
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from tenantapp.db.errors import (
    Conflict,
    RowChanged,
    RowInUse,
    WroteWhileReading,
)
from tenantapp.http.constraints import Explanation, explain
from tenantapp.http.edge import request_id
from tenantapp.http.excerpts import first_errors, with_the_rest
from tenantapp.http.shortage import shortage
from tenantapp.http.sqlstates import SOON, UNAVAILABLE, Meaning, meaning_of
from tenantapp.models.errors import (
    IllegalStep,
    RowRefused,
)
from tenantapp.observability.tracebacks import exception_text
from tenantapp.postgres.errors import (
    DatabaseUnavailable,
)
from tenantapp.tenancy.errors import TenancyError
from tenantapp.tenancy.refusals import record_refusal

MIMETYPE = "application/problem+json"
RETRY_SECONDS = SOON

_log = structlog.get_logger("tenantapp.http")


class ProblemSchema(Schema):
    """An error, after RFC 9457."""

    type = fields.String(
        required=True,
        metadata={
            "format": "uri",
            "description": "What a program tells this problem by.",
            "examples": ["urn:tenantapp:problem:invalid-fields"],
        },
    )
    title = fields.String(required=True, metadata={"examples": ["Unprocessable Entity"]})
    status = fields.Integer(required=True, metadata={"examples": [422]})
    detail = fields.String(
        metadata={"description": "One sentence for a person.", "examples": ["Some fields are invalid."]}
    )
    errors = fields.Dict(
        keys=fields.String(),
        metadata={
            "description": "What is wrong, by field. Of more than 100 errors, `detail` counts the rest.",
            "examples": [{"name": ["Missing data for required field."]}],
        },
    )
    request_id = fields.String(required=True, metadata={"examples": ["5b1f0c3a9d2e4f60"]})


class Problem(Exception):
    """Base of every answer that is an error by design.

    Args:
        detail: one sentence for the client.
        errors: what is wrong, by field.
        headers: further headers of the answer.
    """

    status = 400
    reason = "bad_request"

    def __init__(
        self,
        detail: str,
        *,
        errors: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.headers = headers


def problem(
    status: int,
    reason: str,
    detail: str | None = None,
    *,
    errors: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return a problem document as a response.

    Args:
        status: the HTTP status.
        reason: the stable word that a program can tell this problem by.
        detail: one sentence for a person.
        errors: what is wrong, by field.
        headers: further headers.
    """
    body = problem_document(status, reason, detail, errors=errors, request_id=request_id())
    return Response(current_app.json.dumps(body), status, headers, MIMETYPE)


def problem_document(
    status: int, reason: str, detail: str | None, *, errors: dict[str, Any] | None, request_id: str
) -> dict[str, Any]:
    """Return a problem document, as `problem` answers it."""
    body: dict[str, Any] = {
        "type": f"urn:tenantapp:problem:{reason.replace('_', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    told, left = first_errors(errors or {})
    if detail:
        body["detail"] = with_the_rest(detail, left)
    if told:
        body["errors"] = told
    body["request_id"] = request_id
    return body


def explain_refusal(error: RowRefused) -> Explanation:
    """Return what the client is told of a row that cannot be what was asked of it."""
    if isinstance(error, RowChanged):
        return Explanation(412, "precondition_failed", "The row has another version; read it again.")
    if isinstance(error, RowInUse):
        return Explanation(409, "in_use", f"It cannot be deleted: {error} refer to it.")
    if isinstance(error, IllegalStep):
        told = {error.field: [str(error)]}
        return Explanation(409, "illegal_step", "The state does not lead there.", told)
    if isinstance(error, Conflict):
        return Explanation(409, "conflict", "What is there does not allow it.", {error.field: [str(error)]})
    return Explanation(404, "not_found", "There is no such row.")


class UnknownReference(Problem):
    """Raised when fields of a body, other than columns with a foreign key, refer to rows that there are not.

    Args:
        names: the fields.
    """

    status = 422
    reason = "unknown_reference"

    def __init__(self, *names: str) -> None:
        super().__init__("A reference is unknown.", errors={name: ["Unknown."] for name in names})


def init_app(app: Flask) -> None:
    """Answer every error of `app` by a problem document."""
    app.register_error_handler(Problem, _by_design)
    app.register_error_handler(TenancyError, _tenancy)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(RowRefused, _row_refused)
    app.register_error_handler(DatabaseUnavailable, _unavailable)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(WroteWhileReading, _unexpected)
    # PoolTimeout is one: no connection was to be had.
    app.register_error_handler(psycopg.Error, _database)
    app.register_error_handler(Exception, _unexpected)


def _by_design(error: Problem) -> Response:
    return problem(error.status, error.reason, error.detail, errors=error.errors, headers=error.headers)


def _tenancy(error: TenancyError) -> Response:
    record_refusal(error, request_id())
    detail = str(error) if error.status < 500 else None
    return problem(error.status, error.reason, detail)


def _invalid(error: ValidationError) -> Response:
    told: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return problem(422, "invalid_fields", "Some fields are invalid.", errors=told)


def _integrity(error: IntegrityError) -> Response:
    found = explain(error)
    return _unexpected(error) if found is None else _explained(found)


def _stale(_error: StaleDataError) -> Response:
    return problem(409, "changed_meanwhile", "The row was changed by another request; read it again.")


def _row_refused(error: RowRefused) -> Response:
    return _explained(explain_refusal(error))


def _explained(found: Explanation) -> Response:
    return problem(found.status, found.reason, found.detail, errors=found.errors)


def _database(error: DBAPIError | psycopg.Error) -> Response:
    """Answer what the server, or the way to it, has refused."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    shortage().note(cause)
    meaning = meaning_of(cause)
    if meaning is None:
        return _unavailable(error) if _is_unreachable(error, cause) else _unexpected(error)
    if not _may_be_meant(meaning):
        return _unexpected(error)
    _log.warning(
        "the database refused", reason=meaning.reason, error=exception_text(error), request_id=request_id()
    )
    return _meant(meaning)


def _may_be_meant(meaning: Meaning) -> bool:
    """Tell whether the request can have come to this: of a value, only one that sent some."""
    sends_values = request.query_string or request.content_length or "Transfer-Encoding" in request.headers
    return meaning.status >= 500 or bool(sends_values)


def _is_unreachable(error: Exception, cause: BaseException | None) -> bool:
    """Tell whether an error without an SQLSTATE is one of the connection's, not of a statement's."""
    if getattr(cause, "sqlstate", None) is not None or not isinstance(cause, psycopg.OperationalError):
        return False
    return not isinstance(error, DBAPIError) or error.connection_invalidated or not error.statement


def _unavailable(error: Exception) -> Response:
    _log.error(
        "database unavailable",
        error=exception_text(error),
        cause=exception_text(error.__cause__) if error.__cause__ else None,
        request_id=request_id(),
    )
    return _meant(UNAVAILABLE)


def _meant(meaning: Meaning) -> Response:
    headers = {"Retry-After": meaning.retry_after} if meaning.retry_after else None
    return problem(meaning.status, meaning.reason, meaning.detail, headers=headers)


def _unexpected(error: Exception) -> Response:
    _log.error("unexpected error", exc_info=error, request_id=request_id())
    return problem(500, "internal_error")
