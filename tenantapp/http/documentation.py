"""What the API document says of an operation, from what its view declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from marshmallow import Schema

from tenantapp.http.components import (
    ALWAYS,
    BEARER,
    FILE_NAME,
    IF_MATCH,
    IF_NONE_MATCH,
    LOCATION,
    NEXT_PAGE,
    PROBLEMS,
    REPEATABLE,
    REPLAY,
    REQUIRED_IF_MATCH,
    TENANT,
    VERSION,
)
from tenantapp.http.examples import example_of
from tenantapp.http.import_report import ImportReportSchema
from tenantapp.http.tabular import CSV, NDJSON, header, write_rows

JSON = "application/json"

View = TypeVar("View", bound=Callable[..., Any])
Work = Callable[..., Any]
Answered = type[Schema] | dict[str, Any] | None


def read_notes(
    work: Work,
    *,
    tag: str,
    permission: str,
    shows: type[Schema],
    answers: type[Schema] | None = None,
    query: Schema | None = None,
    summary: str | None = None,
) -> dict[str, Any]:
    """Return the notes on a tenant's GET.

    Args:
        work: what answers it; its name begins with the verb, its docstring tells what it does.
        tag: what the operation belongs to.
        permission: the scope that it needs.
        shows: the schema of a row.
        answers: the schema of the answer, where it is not a row alone.
        query: the schema of the query string, where there is one.
        summary: the operation in a few words, where the docstring's first line is not.
    """
    has_version = answers is None and "row_version" in shows().fields
    parameters = _parameters(query)
    headers = VERSION if has_version else {} if answers is None else NEXT_PAGE
    responses: dict[int, Any] = {200: _answer(200, answers or shows, headers)}
    if has_version:
        parameters.append(IF_NONE_MATCH)
        responses[304] = _answer(304, None, headers)
    statuses = (400, 401, 403, 404, 422, 503)
    return _tenant_notes(work, tag, permission, summary, parameters, responses, statuses)


def write_notes(
    work: Work,
    *,
    tag: str,
    permission: str,
    method: str,
    status: int,
    answers: type[Schema] | None = None,
    query: Schema | None = None,
    takes: Schema | None = None,
    summary: str | None = None,
    if_match: bool = False,
    if_match_required: bool = False,
    repeatable: bool = True,
) -> dict[str, Any]:
    """Return the notes on a tenant's write.

    Args:
        work: what does it; its name begins with the verb, its docstring tells what it does.
        tag: what the operation belongs to.
        permission: the scope that it needs.
        method: POST, PATCH or DELETE.
        status: the status of its answer.
        answers: the schema of the answer, where there is one.
        query: the schema of the query string, where there is one.
        takes: the schema of the body, where there is one.
        summary: the operation in a few words, where the docstring's first line is not.
        if_match: whether it looks at the version that it is based on.
        if_match_required: whether it must say so.
        repeatable: whether a POST takes an Idempotency-Key.
    """
    parameters = _parameters(query)
    statuses = [400, 401, 403, 404, 409, 413, 415, 422, 503]
    headers: dict[str, str] = {}
    if answers is not None and "row_version" in answers().fields:
        headers |= VERSION
    if status == 201:
        headers |= LOCATION
    if method == "POST" and repeatable:
        parameters.append(REPEATABLE)
        headers |= REPLAY
    if if_match:
        parameters.append(REQUIRED_IF_MATCH if if_match_required else IF_MATCH)
        statuses += [412, 428] if if_match_required else [412]
    responses = {status: _answer(status, answers, headers)}
    notes = _tenant_notes(work, tag, permission, summary, parameters, responses, sorted(statuses))
    if takes is not None:
        body = {"schema": takes, "example": example_of(takes, written=True)}
        notes["manual_doc"]["requestBody"] = {"required": True, "content": {JSON: body}}
    return notes


def import_notes(
    work: Work, tag: str, permission: str, summary: str, takes: Schema, query: Schema
) -> dict[str, Any]:
    """Return the notes on an import: of files whose lines are loaded by `takes`."""
    example = example_of(takes, written=True)
    line = " Each line is an object, as in NDJSON; a CSV file has a line of column names instead."
    responses = {200: _answer(200, ImportReportSchema, {})}
    statuses = (400, 401, 403, 404, 413, 415, 422, 503)
    notes = _tenant_notes(work, tag, permission, summary, _parameters(query), responses, statuses)
    notes["manual_doc"]["description"] += line
    text = {"schema": {"type": "string"}, "example": _as_csv(example)}
    notes["manual_doc"]["requestBody"] = {
        "required": True,
        "content": {NDJSON: {"schema": takes, "example": example}, CSV: text},
    }
    return notes


def export_notes(work: Work, tag: str, permission: str, summary: str, query: Schema) -> dict[str, Any]:
    """Return the notes on an export."""
    answer = {"description": HTTPStatus(200).phrase, "headers": ALWAYS | FILE_NAME}
    answer["content"] = {content_type: {"schema": {"type": "string"}} for content_type in (CSV, NDJSON)}
    statuses = (400, 401, 403, 404, 406, 422, 503)
    return _tenant_notes(work, tag, permission, summary, _parameters(query), {200: answer}, statuses)


def _as_csv(example: dict[str, Any]) -> str:
    names = list(example)
    return (header(CSV, names) + write_rows(CSV, names)([example])).decode()


def documents(
    operation_id: str,
    answers: Mapping[int, Answered],
    *,
    problems: tuple[int, ...] = (),
    content_type: str = JSON,
) -> Callable[[View], View]:
    """Document the decorated view as an operation that is open to everybody.

    Args:
        operation_id: what the operation is called.
        answers: the schema of each answer, by its status.
        problems: the statuses of its problems.
        content_type: what the answers are.
    """

    def declare(view: View) -> View:
        responses: dict[int, Any] = {
            status: _answer(status, schema, {}, content_type) for status, schema in answers.items()
        }
        responses |= {status: PROBLEMS[status].name for status in problems}
        notes = {
            "operationId": operation_id,
            "summary": _first_line(view),
            "security": [],
            "responses": responses,
        }
        view._apidoc = {"manual_doc": notes}  # type: ignore[attr-defined]
        return view

    return declare


def _tenant_notes(
    work: Work,
    tag: str,
    permission: str,
    summary: str | None,
    parameters: list[Any],
    responses: dict[int, Any],
    statuses: list[int] | tuple[int, ...],
) -> dict[str, Any]:
    needs = f"Needs the scope `{permission}`."
    return {
        "manual_doc": {
            "operationId": f"{tag}_{_verb(work)}",
            "summary": summary or _first_line(work),
            "description": f"{_first_line(work)}. {needs}" if summary else needs,
            "security": [{BEARER: [permission]}],
            "parameters": parameters,
            "responses": responses | {status: PROBLEMS[status].name for status in statuses},
        }
    }


def _parameters(query: Schema | None) -> list[Any]:
    return [TENANT] if query is None else [TENANT, {"in": "query", "schema": query}]


def _verb(work: Work) -> str:
    """Return the verb that the function's name begins with: one word, and the next one too after `bulk`."""
    first, *further = work.__name__.split("_")
    return f"{first}_{further[0]}" if first == "bulk" else first


def _answer(
    status: int, schema: Answered, headers: Mapping[str, str], content_type: str = JSON
) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase, "headers": ALWAYS | dict(headers)}
    if schema is not None:
        answer["content"] = {content_type: {"schema": schema}}
    return answer


def _first_line(view: Callable[..., Any]) -> str:
    return (view.__doc__ or view.__name__).strip().splitlines()[0].removesuffix(".")
