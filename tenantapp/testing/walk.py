"""The routes of a tenant's, found by walking the application's own table, and a request to each."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tenantapp.http.permissions import PUBLIC, methods_of, permission_of
from tenantapp.testing.ask import Ask, Served
from tenantapp.testing.document import DescribedOperation, operation_of
from tenantapp.testing.hint import Given, HintMissing, hint_for, missing
from tenantapp.testing.tables import scoped_tables
from tenantapp.testing.tenants import Inhabitant, Row, TenantUnderTest

# The id of a row follows the name of its table.
_ITEM = re.compile(r"/(?P<resource>[a-z0-9-]+)/<uuid:(?P<name>\w+)>")
_OTHER = re.compile(r"<(?:[^:<>]+:)?(?P<name>\w+)>")


def every_ask(served: Served, tenant: Inhabitant) -> list[Ask]:
    """Return a request to every route of a tenant's, about `tenant`'s rows and with what they hold.

    Those for which a hint is missing are left out; `unaskable` tells them.
    """
    asks = [ask for ask in _built(served, tenant) if isinstance(ask, Ask)]
    assert asks, "no route of a tenant's was found"
    return asks


def unaskable(served: Served, tenant: Inhabitant) -> list[str]:
    """Return what is missing of each route to which no request can be built."""
    return [str(ask) for ask in _built(served, tenant) if isinstance(ask, HintMissing)]


def _built(served: Served, tenant: Inhabitant) -> list[Ask | HintMissing]:
    built: list[Ask | HintMissing] = []
    for rule, _ in tenants_rules(served.app):
        for method, permission in _permissions(served.app, rule).items():
            if permission not in (None, PUBLIC):
                try:
                    built.append(_ask(served, tenant, rule, method, permission))
                except HintMissing as error:
                    built.append(error)
    return built


def _ask(served: Served, tenant: Inhabitant, rule: Rule, method: str, permission: str) -> Ask:
    operation = operation_of(served.app, rule.rule, method)
    path, ids = _fill(served.app, rule, tenant)
    body = _body(served, operation, rule, tenant)
    headers = _headers(operation, rule, tenant)
    query = _given(served.app, tenant, hint_for(rule.rule).query) if method == "GET" else {}
    return Ask(rule.rule, method, path, ids, body, query, headers, permission, operation)


def tenants_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule whose view declares a scope, and which its first method needs; what is public is no
    tenant's.
    """
    for rule in app.url_map.iter_rules():
        needed = [scope for scope in _permissions(app, rule).values() if scope not in (None, PUBLIC)]
        if needed:
            yield rule, needed[0]


def public_paths(app: Flask, tenant: Inhabitant) -> Iterator[str]:
    """Yield the path of every route that looks at no credential."""
    for rule in app.url_map.iter_rules():
        if PUBLIC in _permissions(app, rule).values():
            yield _fill(app, rule, tenant)[0]


def undeclared(app: Flask) -> list[str]:
    """Return the rules of which nobody can tell who may ask them."""
    return [rule.rule for rule in app.url_map.iter_rules() if None in _permissions(app, rule).values()]


def list_something(served: Served, tenant: Inhabitant) -> TestResponse:
    """Ask for the first list there is."""
    asks = every_ask(served, tenant)
    return next(ask for ask in asks if ask.method == "GET" and ask.row_id is None).send(served, tenant)


def table_behind(rule: str) -> sa.Table:
    """Return the table that a rule is about: the one that is told, or the last one that its path names."""
    table = _last_table(rule)
    assert table is not None, f"{rule} names no scoped table"
    return table


def row_behind(rule: str, tenant: Inhabitant) -> Row:
    """Return the tenant's row of the table that a rule is about; an empty one where its path names none."""
    table = _last_table(rule)
    return {} if table is None else tenant.row(table)


def _permissions(app: Flask, rule: Rule) -> dict[str, str | None]:
    view = app.view_functions[rule.endpoint]
    return {method: permission_of(view, method) for method in methods_of(rule)}


def told_body(app: Flask, rule: str, tenant: Inhabitant) -> Mapping[str, Any]:
    """Return what is told to send to a rule, made anew where it is made for a tenant."""
    return _given(app, tenant, hint_for(rule).body)


def _given(app: Flask, tenant: Inhabitant, told: Given) -> Mapping[str, Any]:
    return told(TenantUnderTest(app, tenant.id, tenant.subdomain, tenant.token)) if callable(told) else told


def _fill(app: Flask, rule: Rule, tenant: Inhabitant) -> tuple[str, tuple[UUID, ...]]:
    ids: list[UUID] = []
    told = hint_for(rule.rule)

    def item(match: re.Match[str]) -> str:
        if match["name"] in told.arguments:
            return f"/{match['resource']}/{told.arguments[match['name']]}"
        table = _table_named(match["resource"])
        if table is None and told.table:
            table = _tables()[told.table]
        if table is None:
            raise missing(app, rule, "arguments", f"{match['resource']} is the name of no scoped table")
        ids.append(tenant.row(table)["id"])
        return f"/{match['resource']}/{ids[-1]}"

    def other(match: re.Match[str]) -> str:
        if match["name"] not in told.arguments:
            raise missing(app, rule, "arguments", f"nobody knows what {match['name']} may be in its path")
        return told.arguments[match["name"]]

    return _OTHER.sub(other, _ITEM.sub(item, rule.rule)), tuple(ids)


def _body(
    served: Served, operation: DescribedOperation, rule: Rule, tenant: Inhabitant
) -> dict[str, Any] | None:
    """Return what an operation takes, as `tenant`'s first row has it; of one without notes, what is told."""
    if operation.body is None and (operation.said or not hint_for(rule.rule).body):
        return None
    told = told_body(served.app, rule.rule, tenant)
    if operation.body is None:
        return dict(told)
    row = row_behind(rule.rule, tenant)
    ids = {name: [row["id"]] for name in operation.id_lists}
    others = {name: _referred(name, rule.rule, tenant) for name in operation.references}
    known = {**operation.examples, **others, **_sent(row, operation), **ids, **told}
    if lacking := operation.required - known.keys():
        raise missing(served.app, rule, "body", f"nobody knows what to send for {', '.join(sorted(lacking))}")
    return {name: known[name] for name in operation.writable if name in known}


def _referred(name: str, rule: str, tenant: Inhabitant) -> UUID:
    """Return the id of a row for a field: of the table it is called after, or else of the route's own."""
    table = _table_named(f"{name.removesuffix('_id')}s")
    row_id: UUID = tenant.rows[(table_behind(rule) if table is None else table).name][-1]["id"]
    return row_id


def _sent(row: Row, operation: DescribedOperation) -> dict[str, Any]:
    """Return what a row has as a body has it: an enumeration by name, and nothing where it takes a list."""
    lists = {name for name, said in operation.properties.items() if "array" in said.get("type", ())}
    return {
        name: value.name if isinstance(value, enum.Enum) else value
        for name, value in row.items()
        if value is not None and (name not in lists or isinstance(value, list))
    }


def _headers(operation: DescribedOperation, rule: Rule, tenant: Inhabitant) -> dict[str, str]:
    """Return the headers that an operation cannot do without."""
    known = {"If-Match": f'"{row_behind(rule.rule, tenant).get("row_version", 1)}"'}
    lacking = operation.required_headers - known.keys()
    assert not lacking, f"{rule.rule}: nobody knows what to send as {', '.join(sorted(lacking))}"
    return {name: known[name] for name in operation.required_headers}


def _last_table(rule: str) -> sa.Table | None:
    if told := hint_for(rule).table:
        return _tables()[told]
    named = [_table_named(segment) for segment in rule.split("/") if segment]
    return next((table for table in reversed(named) if table is not None), None)


def _table_named(resource: str) -> sa.Table | None:
    return _tables().get(resource.replace("-", "_"))


def _tables() -> dict[str, sa.Table]:
    return {table.name: table for table in scoped_tables()}
