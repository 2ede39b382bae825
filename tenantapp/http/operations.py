"""What the API document says of an operation, from what its view declares; flask-smorest notes the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask_smorest.utils import resolve_schema_instance
from marshmallow import Schema

from tenantapp.http.components import (
    ALWAYS,
    BEARER,
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
from tenantapp.http.pages import PageSchema
from tenantapp.http.permissions import PUBLIC
from tenantapp.http.preconditions import heeds_version
from tenantapp.http.tabular import CSV, NDJSON, header, write_rows
from tenantapp.http.transactions import Transaction

Document = dict[str, Any]

TEXT = {"type": "string"}

_READS = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view declares beside what flask-smorest notes of it.

    Args:
        name: what the operation is called.
        permission: the scope that it needs.
        transaction: how its work is one transaction, where it is.
        version_needed: the methods whose If-Match must name a version.
    """

    name: str
    permission: str | None
    transaction: Transaction | None
    version_needed: Collection[str]


def body_of_lines(schema: Schema) -> Document:
    """Return what the document says of a body that is a file, whose lines `schema` loads."""
    example = example_of(schema, written=True)
    names = list(example)
    text = (header(CSV, names) + write_rows(CSV, names)([example])).decode()
    lines = {"schema": schema, "example": example}
    return {"required": True, "content": {NDJSON: lines, CSV: {"schema": TEXT, "example": text}}}


def operation_name(blueprint: str, view: Callable[..., Any]) -> str:
    """Return what an operation is called: after the verb that its function's name begins with.

    That is one word, and the next one too after `bulk`.
    """
    first, *further = view.__name__.split("_")
    return "_".join([blueprint, first, *further[: first == "bulk"]])


def describe(doc: Document, info: Document, *, method: str, **_options: Any) -> Document:
    """Complete an operation of the document, as flask-smorest asks its callbacks to.

    Args:
        doc: what is said so far.
        info: what the view's decorators have noted.
        method: the HTTP method.
    """
    operation: Operation = info["operation"]
    doc["operationId"] = operation.name
    _describe_in_words(info, operation)
    if operation.permission == PUBLIC:
        doc["security"] = []
        _add_headers(doc, info, {})
    else:
        doc["security"] = [{BEARER: [operation.permission]}]
        _describe_request(doc, info, operation, method.upper())
        _describe_answers(doc, info, operation, method.upper())
    return doc


def _describe_in_words(info: Document, operation: Operation) -> None:
    """Make the docstring's first line the summary; the description, where the view says a summary itself."""
    told = info["docstring"]
    first = told.get("summary", operation.name).splitlines()[0].removesuffix(".")
    further = [told["description"]] if "description" in told else []
    if "summary" in info.get("manual_doc", {}):
        further.insert(0, f"{first}.")
    if operation.permission != PUBLIC:
        further.append(f"Needs the scope `{operation.permission}`.")
    info["docstring"] = {"summary": first}
    if further:
        info["docstring"]["description"] = " ".join(further)


def _describe_request(doc: Document, info: Document, operation: Operation, method: str) -> None:
    parameters = [TENANT, *doc.get("parameters", ())]
    if info.get("etag") and method in _READS:
        parameters.append(IF_NONE_MATCH)
    if method == "POST" and _is_repeatable(operation):
        parameters.append(REPEATABLE)
    if heeds_version(info, method):
        parameters.append(REQUIRED_IF_MATCH if method in operation.version_needed else IF_MATCH)
    doc["parameters"] = parameters
    for body in doc.get("requestBody", {}).get("content", {}).values():
        if not {"example", "examples"} & body.keys():
            body["example"] = example_of(resolve_schema_instance(body["schema"]), written=True)


def _describe_answers(doc: Document, info: Document, operation: Operation, method: str) -> None:
    headers: dict[str, str] = {}
    if info.get("etag") and method != "DELETE":
        headers |= VERSION
    if 201 in info.get("success_status_codes", ()):
        headers |= LOCATION
    if method == "POST" and _is_repeatable(operation):
        headers |= REPLAY
    _add_headers(doc, info, headers)
    responses = doc.setdefault("responses", {})
    if info.get("etag") and method in _READS:
        responses[304] = {"description": HTTPStatus(304).phrase, "headers": ALWAYS | VERSION}
    statuses = _problems_of(info, operation, method)
    doc["responses"] = {**responses, **{status: PROBLEMS[status].name for status in sorted(statuses)}}


def _problems_of(info: Document, operation: Operation, method: str) -> set[int]:
    """Return the statuses of the problems that every operation of this kind may answer."""
    found = {400, 401, 403, 404, 422, 503}
    if method not in _READS:
        found |= {413, 415}
    if operation.transaction is not None:
        found.add(409)
    if heeds_version(info, method):
        found.add(412)
        if method in operation.version_needed:
            found.add(428)
    return found


def _add_headers(doc: Document, info: Document, headers: Mapping[str, str]) -> None:
    """Add headers to the answers: to those of success these, and one that leads to a list's next page."""
    for status, answer in doc.get("responses", {}).items():
        # The others refer to a component, which has its own.
        if isinstance(answer, dict):
            answer["headers"] = {**ALWAYS, **answer.get("headers", {})}
            if status in info.get("success_status_codes", ()):
                answer["headers"] |= headers
                if any(_is_page(content.get("schema")) for content in answer.get("content", {}).values()):
                    answer["headers"] |= NEXT_PAGE


def _is_page(schema: Any) -> bool:
    return isinstance(schema, PageSchema) or (isinstance(schema, type) and issubclass(schema, PageSchema))


def _is_repeatable(operation: Operation) -> bool:
    return operation.transaction is not None and operation.transaction.repeatable
