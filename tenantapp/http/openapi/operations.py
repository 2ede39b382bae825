"""What the API document says of an operation, from what its view declares; flask-smorest notes the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from apispec import BasePlugin
from flask import Flask
from flask_smorest.utils import load_info_from_docstring, resolve_schema_instance
from marshmallow import Schema
from werkzeug.routing import Rule

from tenantapp.http.declarations import declared_by, handler_of
from tenantapp.http.files.tabular import CSV, NDJSON, header, write_rows
from tenantapp.http.openapi.components import (
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
from tenantapp.http.openapi.examples import example_of
from tenantapp.http.pages import PageSchema
from tenantapp.http.permissions import PUBLIC, permission_of
from tenantapp.http.preconditions import heeds_version
from tenantapp.http.transactions import Transaction, transaction_of

Document = dict[str, Any]

TEXT = {"type": "string"}

_READS = {"GET", "HEAD"}
_SMOREST_PARAMETERS = ("IF_MATCH", "IF_NONE_MATCH")


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view declares for a method.

    Args:
        method: the HTTP method.
        notes: what flask-smorest's decorators have noted.
        permission: the scope that it needs.
        transaction: how its work is one transaction, where it is.
        needs_version: whether If-Match may not be left out.
    """

    method: str
    notes: Document
    permission: str | None
    transaction: Transaction | None
    needs_version: bool

    @property
    def has_etag(self) -> bool:
        """Whether its answers have an ETag."""
        return bool(self.notes.get("etag"))

    @property
    def heeds_version(self) -> bool:
        """Whether it looks at If-Match."""
        return heeds_version(self.notes, self.method)

    @property
    def is_repeatable(self) -> bool:
        """Whether it looks at Idempotency-Key."""
        return self.method == "POST" and self.transaction is not None and self.transaction.repeatable

    @property
    def successes(self) -> Collection[int]:
        """The statuses of its answers that are no errors."""
        found: Collection[int] = self.notes.get("success_status_codes", ())
        return found


class DeclaredOperations(BasePlugin):
    """Completes each operation of the document by what the view of its route declares.

    It goes by the application's URL map, so that any blueprint of flask-smorest's is described alike.

    Args:
        app: the application whose routes are described.
    """

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app
        self._names: set[str] = set()

    def path_helper(  # type: ignore[override]  # as flask-smorest calls it
        self, *, rule: Rule, operations: Document, **_: Any
    ) -> None:
        """Complete the operations of a path, by lower-case method."""
        view = self._app.view_functions[rule.endpoint]
        blueprint = self._app.blueprints.get(rule.endpoint.rpartition(".")[0])
        needing = getattr(blueprint, "METHODS_NEEDING_CHECK_ETAG", ())
        for method, doc in operations.items():
            operation = Operation(
                method.upper(),
                declared_by(view, method.upper(), "_apidoc") or {},
                permission_of(view, method.upper()),
                transaction_of(view, method.upper()),
                method.upper() in needing,
            )
            handler = handler_of(view, method.upper())
            doc.setdefault("operationId", self._unique_name(rule.endpoint, method, handler))
            describe(doc, operation, handler)

    def _unique_name(self, endpoint: str, method: str, handler: Callable[..., Any]) -> str:
        """Return what an operation is called; at length where another is called so already."""
        name = operation_name(endpoint.rpartition(".")[0], handler)
        if name in self._names:
            name = f"{endpoint}_{method}".replace(".", "_")
        self._names.add(name)
        return name


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
    return "_".join([blueprint.replace(".", "_"), first, *further[: first == "bulk"]])


def describe(doc: Document, operation: Operation, view: Callable[..., Any]) -> None:
    """Complete an operation of the document.

    Args:
        doc: what flask-smorest says of it.
        operation: what it declares.
        view: the function whose docstring says what it does.
    """
    _describe_in_words(doc, operation, view)
    if operation.permission == PUBLIC:
        doc["security"] = []
        _add_headers(doc, operation, {})
    else:
        doc["security"] = [{BEARER: [operation.permission]}]
        _describe_request(doc, operation)
        _describe_answers(doc, operation)


def _describe_in_words(doc: Document, operation: Operation, view: Callable[..., Any]) -> None:
    """Make the docstring's first line the summary; the description, where the view says a summary itself."""
    told = load_info_from_docstring(view.__doc__)
    said = {**told, **operation.notes.get("manual_doc", {})}
    first = told.get("summary", doc["operationId"]).splitlines()[0].removesuffix(".")
    further = [] if said.get("summary") == told.get("summary") else [f"{first}."]
    if "description" in said:
        further.append(said["description"])
    if operation.permission != PUBLIC:
        further.append(f"Needs the scope `{operation.permission}`.")
    doc["summary"] = said["summary"] if said.get("summary") != told.get("summary") else first
    if further:
        doc["description"] = " ".join(further)


def _describe_request(doc: Document, operation: Operation) -> None:
    # Ours say more than flask-smorest's: what a tag is, and whether it may be left out.
    parameters = [TENANT, *(each for each in doc.get("parameters", ()) if each not in _SMOREST_PARAMETERS)]
    if operation.has_etag and operation.method in _READS:
        parameters.append(IF_NONE_MATCH)
    if operation.is_repeatable:
        parameters.append(REPEATABLE)
    if operation.heeds_version:
        parameters.append(REQUIRED_IF_MATCH if operation.needs_version else IF_MATCH)
    doc["parameters"] = parameters
    for body in doc.get("requestBody", {}).get("content", {}).values():
        if not {"example", "examples"} & body.keys():
            body["example"] = example_of(resolve_schema_instance(body["schema"]), written=True)


def _describe_answers(doc: Document, operation: Operation) -> None:
    headers: dict[str, str] = {}
    if operation.has_etag and operation.method != "DELETE":
        headers |= VERSION
    if 201 in operation.successes:
        headers |= LOCATION
    if operation.is_repeatable:
        headers |= REPLAY
    _add_headers(doc, operation, headers)
    responses = doc.setdefault("responses", {})
    if operation.has_etag and operation.method in _READS:
        responses[304] = {"description": HTTPStatus(304).phrase, "headers": ALWAYS | VERSION}
    for status in sorted(_problems_of(operation)):
        responses[status] = PROBLEMS[status].name


def _problems_of(operation: Operation) -> set[int]:
    """Return the statuses of the problems that every operation of this kind may answer."""
    found = {400, 401, 403, 404, 422, 503}
    if operation.method not in _READS:
        found |= {413, 415}
    if operation.transaction is not None:
        found.add(409)
    if operation.heeds_version:
        found.add(412)
        if operation.needs_version:
            found.add(428)
    return found


def _add_headers(doc: Document, operation: Operation, headers: Mapping[str, str]) -> None:
    """Add headers to the answers: to those of success these, and one that leads to a list's next page."""
    for status, answer in doc.get("responses", {}).items():
        # The others refer to a component, which has its own.
        if isinstance(answer, dict):
            answer["headers"] = {**ALWAYS, **answer.get("headers", {})}
            if status in operation.successes:
                answer["headers"] |= headers
                if any(_is_page(content.get("schema")) for content in answer.get("content", {}).values()):
                    answer["headers"] |= NEXT_PAGE


def _is_page(schema: Any) -> bool:
    return isinstance(schema, PageSchema) or (isinstance(schema, type) and issubclass(schema, PageSchema))
