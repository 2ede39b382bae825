"""A request that can be made to a route of a tenant's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from tenantapp.testing.document import DescribedOperation
from tenantapp.testing.hint import hint_for
from tenantapp.testing.tenants import Inhabitant


class Served(Protocol):
    """An application, and requests of tenants to it."""

    @property
    def app(self) -> Flask:
        """The application."""

    def request(self, tenant: Inhabitant, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request to the tenant's host with the tenant's key."""


@dataclass(frozen=True)
class Ask:
    """One request that can be made: to a list, or about one row.

    Args:
        rule: the route.
        method: the HTTP method.
        path: the rule with ids in it.
        ids: these ids.
        body: what is sent as JSON.
        query: what is sent in the query string.
        headers: what must be sent beside the credential.
        permission: what the route declares.
        operation: what the API document says of it.
    """

    rule: str
    method: str
    path: str
    ids: tuple[UUID, ...]
    body: dict[str, Any] | None
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    permission: str
    operation: DescribedOperation = field(repr=False)

    @property
    def removes(self) -> bool:
        """Whether it takes away the rows that it is about."""
        return self.method == "DELETE" or hint_for(self.rule).removes_row

    @property
    def row_id(self) -> UUID | None:
        """The row that it is about."""
        return self.ids[-1] if self.ids else None

    def about(self, row_id: UUID) -> Ask:
        """Return the same request about another row."""
        return self.instead(len(self.ids) - 1, row_id)

    def naming(self, name: str, row_id: UUID) -> Ask:
        """Return the same request about the one row that a field of its body lists then."""
        return replace(self, body={**(self.body or {}), name: [row_id]})

    def instead(self, position: int, row_id: UUID) -> Ask:
        """Return the same request with another id at a position of its path."""
        ids = (*self.ids[:position], row_id, *self.ids[position + 1 :])
        return replace(self, ids=ids, path=self.path.replace(str(self.ids[position]), str(row_id)))

    def send(self, served: Served, tenant: Inhabitant, **changes: Any) -> TestResponse:
        """Send it to the tenant's host with the tenant's key."""
        options = {"json": self.body, **changes}
        if self.operation.takes_lines and options["json"] is not None:
            line = f"{served.app.json.dumps(options.pop('json'))}\n"
            options |= {"data": line, "content_type": self.operation.media_type}
        options["headers"] = {**self.headers, **changes.get("headers", {})}
        if isinstance(query := changes.get("query_string", {}), Mapping) and self.query:
            options["query_string"] = {**self.query, **query}
        return served.request(tenant, self.method, options.pop("path", self.path), **options)

    def refused_fields(self, answer: TestResponse) -> set[str]:
        """Return the fields that an answer tells to be wrong, on whichever line."""
        errors = answer.get_json()["errors"]
        return (
            {name for line in errors.values() for name in line} if self.operation.takes_lines else {*errors}
        )
