"""Hints: what the walk over the routes cannot find out, told in `hints.py` beside the views that it is about.

`HINTS = {rule: {…}}` is plain data, which production never imports; the keys are the fields of `Hint`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tenantapp.discovery import modules_named
from tenantapp.testing.tenants import TenantUnderTest

Given = Mapping[str, Any] | Callable[[TenantUnderTest], Mapping[str, Any]]


class HintMissing(AssertionError):
    """Raised when no request to a route can be built before it is told how."""


@dataclass(frozen=True)
class Hint:
    """What cannot be found out about one rule.

    Args:
        table: the table that it is about, where its path ends with the name of another or of none.
        arguments: what is put into its path, by name, for arguments other than ids of rows.
        body: what is sent for fields that the tenant's row of that table has no value for; or a function that
            makes it for a tenant and may create rows: `lambda tenant: {"into_id": tenant.create(…)["id"]}`.
        query: the same for the query string; a list is asked by it for more than one row.
        removes_row: whether it takes away the row that it is about.
        further_statements: how many statements a method's work takes beyond one, by method.
    """

    table: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    body: Given = field(default_factory=dict)
    query: Given = field(default_factory=dict)
    removes_row: bool = False
    further_statements: Mapping[str, int] = field(default_factory=dict)


@cache
def hints() -> dict[str, Hint]:
    """Return the hints of all packages, by rule.

    Raises:
        AssertionError: one says what no hint is about.
    """
    told: dict[str, Hint] = {}
    known = [each.name for each in fields(Hint)]
    for module in modules_named("hints"):
        for rule, hint in module.HINTS.items():
            unknown = hint.keys() - set(known)
            assert not unknown, f"{module.__file__}: {rule}: {', '.join(sorted(unknown))}: none of {known}"
            told[rule] = Hint(**hint)
    return told


def hint_for(rule: str) -> Hint:
    """Return what is told of a rule; nothing, if nothing is."""
    return hints().get(rule, Hint())


def missing(app: Flask, rule: Rule, key: str, what: str) -> HintMissing:
    """Return the error that says what to add, and where.

    Args:
        app: the application.
        rule: the rule of which something cannot be found out.
        key: the key of the hint.
        what: what it is to say, in words.
    """
    name = rule.endpoint.rpartition(".")[0]
    package = app.blueprints[name].import_name.rpartition(".")[0] if name in app.blueprints else "tenantapp"
    return HintMissing(
        f"{rule.rule}: {what}: say so in {package.replace('.', '/')}/hints.py: "
        f"HINTS = {{{rule.rule!r}: {{{key!r}: …}}}} (tenantapp.testing.hint)"
    )
