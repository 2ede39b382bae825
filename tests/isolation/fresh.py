"""Requests that make a further row, or take away one that nothing refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tenantapp.testing.ask import Ask
from tenantapp.testing.canaries import further_row, new_values
from tenantapp.testing.tenants import Inhabitant
from tenantapp.testing.walk import table_behind, told_body


def fresh(app: Flask, ask: Ask, inhabitant: Inhabitant, body: Mapping[str, Any] | None) -> Ask:
    """Return a request by which `inhabitant` makes a further row, or takes away one inserted for this.

    Args:
        app: the application.
        ask: the request to every such row.
        inhabitant: whose rows they are.
        body: the fields to send.
    """
    table = table_behind(ask.rule)
    new = None
    if body is not None:
        values = new_values(table, inhabitant)
        new = {name: values.get(name, value) for name, value in body.items()}
        new |= told_body(app, ask.rule, inhabitant)
    ask = replace(ask, body=new)
    if not ask.removes:
        return ask
    if ask.ids:
        return ask.about(further_row(app, inhabitant, table))
    further = further_row(app, inhabitant, table)
    return replace(ask, body=(new or {}) | {name: [further] for name in ask.operation.id_lists})


def referring(table: sa.Table, inhabitant: Inhabitant, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body of which every reference leads to a row of `inhabitant`'s."""
    own = {
        key.parent.name: inhabitant.row(key.column.table)[key.column.name]
        for key in table.foreign_keys
        if key.parent.name in body and key.parent.name != "tenant_id"
    }
    return {**body, **own}
