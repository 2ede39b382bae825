"""The routes of a tenant's, found by walking the application's own table, and a request to each."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tenantapp.http.permissions import PUBLIC, permission_of
from tenantapp.testing.document import Operation, operation_of
from tenantapp.testing.tables import scoped_tables
from tenantapp.testing.tenants import Inhabitant, Row

# The id of a row follows the name of its table.
_ITEM = re.compile(r"/(?P<resource>[a-z0-9-]+)/<uuid:\w+>")
_OTHER = re.compile(r"<(?:[^:<>]+:)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Hints:
    """What the walk cannot find out by itself.

    Args:
        tables: the table of a resource whose name in paths is not that of its table.
        arguments: what is put into a path for arguments other than ids of rows, by rule.
        fields: what is sent for fields and parameters that the tenant's row has no value for, by rule.
        told_in: where a person who has a hint to give gives it.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    told_in: str = "the fixture walk_hints"


NO_HINTS = Hints()


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
        headers: what must be sent beside the credential.
        permission: what the route declares.
        operation: what the API document says of it.
    """

    rule: str
    method: str
    path: str
    ids: tuple[UUID, ...]
    body: dict[str, Any] | None
    headers: Mapping[str, str]
    permission: str
    operation: Operation = field(repr=False)

    @property
    def deletes(self) -> bool:
        """Whether it deletes the rows that it is about."""
        return self.method == "DELETE" or self.rule.endswith("/bulk-delete")

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
        return served.request(tenant, self.method, options.pop("path", self.path), **options)

    def refused_fields(self, answer: TestResponse) -> set[str]:
        """Return the fields that an answer tells to be wrong, on whichever line."""
        errors = answer.get_json()["errors"]
        return (
            {name for line in errors.values() for name in line} if self.operation.takes_lines else {*errors}
        )


def every_ask(served: Served, tenant: Inhabitant, *, hints: Hints = NO_HINTS) -> Iterator[Ask]:
    """Yield a request to every route of a tenant's, about `tenant`'s rows and with what they hold."""
    found = False
    for rule, permission in tenants_rules(served.app):
        path, ids = _fill(rule, tenant, hints)
        for method in methods_of(rule):
            found = True
            operation = operation_of(served.app, rule.rule, method)
            body = _body(operation, rule.rule, tenant, hints)
            headers = _headers(operation, rule.rule, tenant, hints)
            yield Ask(rule.rule, method, path, ids, body, headers, permission, operation)
    assert found, "no route of a tenant's was found"


def tenants_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule whose view declares a scope, and which; what is public is no tenant's."""
    for rule in app.url_map.iter_rules():
        permission = permission_of(app.view_functions[rule.endpoint])
        if permission not in (None, PUBLIC):
            yield rule, permission


def public_paths(app: Flask, tenant: Inhabitant, *, hints: Hints = NO_HINTS) -> Iterator[str]:
    """Yield the path of every route that looks at no credential."""
    for rule in app.url_map.iter_rules():
        if permission_of(app.view_functions[rule.endpoint]) == PUBLIC:
            yield _fill(rule, tenant, hints)[0]


def undeclared(app: Flask) -> list[str]:
    """Return the rules of which nobody can tell who may ask them."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if permission_of(app.view_functions[rule.endpoint]) is None
    ]


def methods_of(rule: Rule) -> list[str]:
    """Return the methods that a rule's view itself serves."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def list_something(served: Served, tenant: Inhabitant, *, hints: Hints = NO_HINTS) -> TestResponse:
    """Ask for the first list there is."""
    asks = every_ask(served, tenant, hints=hints)
    return next(ask for ask in asks if ask.method == "GET" and ask.row_id is None).send(served, tenant)


def table_behind(rule: str, *, hints: Hints = NO_HINTS) -> sa.Table:
    """Return the table that a rule is about: the last one that its path names."""
    named = [_find_table(segment, hints) for segment in rule.split("/") if segment]
    found = [table for table in named if table is not None]
    assert found, f"{rule} names no scoped table: tell {hints.told_in} which it is about"
    return found[-1]


def row_behind(rule: str, tenant: Inhabitant, *, hints: Hints = NO_HINTS) -> Row:
    """Return the tenant's row of the table that a rule is about."""
    return tenant.row(table_behind(rule, hints=hints))


def _fill(rule: Rule, tenant: Inhabitant, hints: Hints) -> tuple[str, tuple[UUID, ...]]:
    ids: list[UUID] = []

    def item(match: re.Match[str]) -> str:
        ids.append(tenant.row(_table(match["resource"], hints))["id"])
        return f"/{match['resource']}/{ids[-1]}"

    def other(match: re.Match[str]) -> str:
        value = hints.arguments.get(rule.rule, {}).get(match["name"])
        assert value is not None, (
            f"{rule.rule}: tell {hints.told_in} what to put into this path for {match['name']}"
        )
        return value

    return _OTHER.sub(other, _ITEM.sub(item, rule.rule)), tuple(ids)


def _body(operation: Operation, rule: str, tenant: Inhabitant, hints: Hints) -> dict[str, Any] | None:
    """Return what an operation takes, as `tenant`'s first row has it."""
    if operation.body is None:
        return None
    row, told = row_behind(rule, tenant, hints=hints), hints.fields.get(rule, {})
    ids = {name: [row["id"]] for name in operation.id_lists}
    known = {**operation.examples, **_sent(row, operation), **ids, **told}
    missing = operation.required - known.keys()
    assert not missing, f"{rule}: tell {hints.told_in} what to send for {', '.join(sorted(missing))}"
    return {name: known[name] for name in operation.writable if name in known}


def _sent(row: Row, operation: Operation) -> dict[str, Any]:
    """Return what a row has as a body has it: an enumeration by name, and nothing where it takes a list."""
    lists = {name for name, said in operation.properties.items() if "array" in said.get("type", ())}
    return {
        name: value.name if isinstance(value, enum.Enum) else value
        for name, value in row.items()
        if value is not None and (name not in lists or isinstance(value, list))
    }


def _headers(operation: Operation, rule: str, tenant: Inhabitant, hints: Hints) -> dict[str, str]:
    """Return the headers that an operation cannot do without."""
    needed = operation.required_headers
    if not needed:
        return {}
    row, told = row_behind(rule, tenant, hints=hints), hints.fields.get(rule, {})
    known = {"If-Match": f'"{row["row_version"]}"', **told}
    assert needed <= known.keys(), f"{rule}: tell {hints.told_in} what to send as {', '.join(sorted(needed))}"
    return {name: str(known[name]) for name in needed}


def _find_table(resource: str, hints: Hints) -> sa.Table | None:
    tables = {table.name: table for table in scoped_tables()}
    return tables.get(hints.tables.get(resource, resource.replace("-", "_")))


def _table(resource: str, hints: Hints) -> sa.Table:
    table = _find_table(resource, hints)
    assert table is not None, f"{resource} is the name of no scoped table: tell {hints.told_in} which it is"
    return table
