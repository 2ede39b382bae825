"""CORS: what a browser lets pages of other origins ask. No database is there: preflights need none."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.described import described_app

APP, ADMIN = "https://app.example.com", "http://localhost:5173"
CUSTOMERS = "/api/v1/customers"


@pytest.fixture(scope="module")
def described() -> Flask:
    return described_app(cors_origins=(APP, ADMIN))


def preflight(app: Flask, origin: str, method: str = "PATCH", asked: str = "if-match") -> TestResponse:
    return app.test_client().open(
        f"{CUSTOMERS}/0b7c9f0e-3f6d-4a51-9c0a-6d2f1e8b4c57",
        method="OPTIONS",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": asked,
        },
    )


@pytest.mark.parametrize("origin", [APP, ADMIN])
def test_a_preflight_needs_no_tenant_and_no_credential(described: Flask, origin: str) -> None:
    answer = preflight(described, origin)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Max-Age"] == "600"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_the_headers_of_the_contract_are_allowed_and_no_others(described: Flask) -> None:
    contract = {
        "authorization",
        "content-type",
        "if-match",
        "if-none-match",
        "idempotency-key",
        "x-request-id",
        "x-tenant-subdomain",
    }
    answer = preflight(described, APP, asked=", ".join([*contract, "x-other", "cookie"]))
    assert set(answer.headers["Access-Control-Allow-Headers"].split(", ")) == contract


def test_a_page_may_read_what_the_contract_says_in_headers(described: Flask) -> None:
    answer = described.test_client().get(CUSTOMERS, headers={"Origin": APP})
    assert answer.status_code == 400
    assert answer.headers.getlist("Access-Control-Allow-Origin") == [APP]
    assert {"ETag", "Link", "Location", "X-Request-ID", "Idempotency-Replayed"} <= set(
        answer.headers["Access-Control-Expose-Headers"].split(", ")
    )
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        f"{APP}.evil.example",
        "https://appXexample.com",
        "http://app.example.com",
        f"{APP}:8443",
        "null",
    ],
)
def test_any_other_origin_gets_nothing(described: Flask, origin: str) -> None:
    asked = described.test_client().get(CUSTOMERS, headers={"Origin": origin})
    for answer in (preflight(described, origin), asked):
        assert [name for name, _ in answer.headers if name.startswith("Access-Control")] == []


@pytest.mark.parametrize("path", [CUSTOMERS, "/api/v1/openapi.json"])
def test_caches_tell_origins_apart_also_where_a_request_has_none(described: Flask, path: str) -> None:
    assert "Origin" in described.test_client().get(path).headers["Vary"]


def test_only_the_api_may_be_asked(described: Flask) -> None:
    answer = described.test_client().get("/docs", headers={"Origin": APP})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_options_request_that_is_no_browsers_meets_the_guard(described: Flask) -> None:
    assert described.test_client().options(CUSTOMERS).status_code == 400


def test_no_origin_is_let_in_unless_configured() -> None:
    app = described_app()
    answer = app.test_client().get(CUSTOMERS, headers={"Origin": APP})
    assert preflight(app, APP).status_code == 400
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Origin" not in answer.headers["Vary"]
