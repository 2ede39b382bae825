"""Every view declares who may ask it."""

from __future__ import annotations

from flask import Flask

from tenantapp.http.permissions import PUBLIC, methods_of, permission_of
from tenantapp.identity.api_keys.keys import SCOPES
from tests.support.described import described_app


def undeclared(app: Flask) -> list[str]:
    """Return the routes that nobody has said a permission of."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        for method in methods_of(rule)
        if permission_of(app.view_functions[rule.endpoint], method) not in (PUBLIC, *SCOPES)
    ]


def test_each_view_declares_its_permission() -> None:
    assert undeclared(described_app()) == []


def test_a_view_that_declares_no_permission_is_found() -> None:
    app = described_app()
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    assert undeclared(app) == ["/forgotten"]


def test_what_is_public_is_meant_to_be() -> None:
    app = described_app()
    public = {
        rule.rule
        for rule in app.url_map.iter_rules()
        for method in methods_of(rule)
        if permission_of(app.view_functions[rule.endpoint], method) == PUBLIC
    }
    assert {rule.partition("<")[0] for rule in public} == {
        "/healthz",
        "/readyz",
        "/",
        "/docs",
        "/docs/assets/",
        "/api/v1/openapi.json",
        "/api/v1/schemas",
        "/api/v1/schemas/",
    }
