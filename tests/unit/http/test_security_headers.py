"""Headers that every answer has, whatever it says."""

from __future__ import annotations

import pytest

from tests.support.described import described_app

PATHS = [
    "/healthz",
    "/",
    "/docs",
    "/api/v1/openapi.json",
    "/api/v1/schemas/Nobody",
    "/nowhere",
    "/api/v1/customers",
]
CLOSED = "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", PATHS)
def test_each_answer_has_them_once(path: str) -> None:
    headers = described_app().test_client().get(path).headers
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert headers.getlist("Referrer-Policy") == ["no-referrer"]
    assert headers.getlist("Cross-Origin-Resource-Policy") == ["same-origin"]
    assert len(headers.getlist("Content-Security-Policy")) == 1
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert len(headers.getlist("Cache-Control")) == 1
    assert headers.getlist("X-Request-ID")


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/docs"])
def test_nothing_but_the_docs_page_may_load_anything(path: str) -> None:
    assert described_app().test_client().get(path).headers["Content-Security-Policy"] == CLOSED


@pytest.mark.parametrize(
    ("app_env", "sent"),
    [("production", ["max-age=31536000"]), ("staging", []), ("development", []), ("testing", [])],
)
def test_tls_for_ever_in_production_alone(app_env: str, sent: list[str]) -> None:
    answer = described_app(app_env=app_env).test_client().get("/healthz")
    assert answer.headers.getlist("Strict-Transport-Security") == sent


@pytest.mark.parametrize("path", ["/api/v1/customers", "/api/v1/tenant", "/nowhere"])
def test_what_is_not_said_to_be_for_everybody_is_kept_from_shared_caches(path: str) -> None:
    headers = described_app(tenant_header="X-Account").test_client().get(path).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers.getlist("Vary") == ["Authorization, X-Account"]


def test_health_is_never_cached() -> None:
    assert described_app().test_client().get("/healthz").headers["Cache-Control"] == "no-store"
