"""Real answers are what the API document says: status, headers and body."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.described import document_of, faults, operations, resolved
from tests.support.tenants import TenantUnderTest

CUSTOMERS = "/api/v1/customers"
ADA = {"name": "Ada Albrecht", "email": "ada@albrecht.example"}
# Of every answer, or of the transport.
UNDOCUMENTED = {
    "Cache-Control",
    "Content-Length",
    "Content-Security-Policy",
    "Content-Type",
    "Cross-Origin-Resource-Policy",
    "Referrer-Policy",
    "Vary",
    "X-Content-Type-Options",
}


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    return document_of(app)


def check(document: dict[str, Any], path: str, answer: TestResponse) -> TestResponse:
    """Compare an answer with what the document says of it, and return it."""
    said = document["paths"][path][answer.request.method.lower()]["responses"]
    assert str(answer.status_code) in said, f"{answer.request.method} {path}: {answer.status} is undocumented"
    described = resolved(document, said[str(answer.status_code)])
    headers = {name: resolved(document, header) for name, header in described["headers"].items()}
    required = {name for name, header in headers.items() if header.get("required")}
    sent = set(answer.headers.keys()) - UNDOCUMENTED
    assert required <= sent <= headers.keys(), f"{answer.request.method} {path}: {answer.status}"
    for name in sent:
        assert faults(document, headers[name]["schema"], answer.headers[name]) == []
    if "content" not in described:
        assert answer.data == b""
        return answer
    assert answer.content_type in described["content"]
    assert faults(document, described["content"][answer.content_type]["schema"], answer.json) == []
    return answer


def test_the_life_of_a_customer(document: dict[str, Any], tenant: TenantUnderTest) -> None:
    def ask(method: str, path: str, rule: str, **options: Any) -> TestResponse:
        return check(document, rule, tenant.request(method, path, **options))

    once = {"Idempotency-Key": "once"}
    assert ask("POST", CUSTOMERS, CUSTOMERS, json=ADA, headers=once).status_code == 201
    created = ask("POST", CUSTOMERS, CUSTOMERS, json=ADA, headers=once)
    assert created.headers["Idempotency-Replayed"] == "true"
    assert ask("POST", CUSTOMERS, CUSTOMERS, json=ADA).status_code == 409
    assert ask("POST", CUSTOMERS, CUSTOMERS, json={}).status_code == 422
    assert ask("POST", CUSTOMERS, CUSTOMERS, data="name=Ada").status_code == 415
    assert ask("POST", CUSTOMERS, CUSTOMERS, json=ADA | {"email": "b@b.example"}).status_code == 201
    assert "Link" in ask("GET", f"{CUSTOMERS}?limit=1&count=exact", CUSTOMERS).headers

    path, rule = created.headers["Location"], f"{CUSTOMERS}/{{item_id}}"
    tag = {"If-None-Match": created.headers["ETag"]}
    assert ask("GET", path, rule).status_code == 200
    assert ask("GET", path, rule, headers=tag).status_code == 304
    assert ask("PATCH", path, rule, json={"phone": None}).status_code == 200
    assert ask("PATCH", path, rule, json={"name": "A"}, headers={"If-Match": '"1"'}).status_code == 412
    assert ask("DELETE", path, rule).status_code == 204
    assert ask("GET", path, rule).status_code == 404
    assert ask("POST", f"{path}/restore", f"{rule}/restore").status_code == 200
    assert ask("GET", path, rule, headers={"Authorization": ""}).status_code == 401
    assert ask("GET", path, rule, base_url="http://nobody.localhost").status_code == 404


def test_the_tenant_and_its_keys(document: dict[str, Any], tenant: TenantUnderTest) -> None:
    def ask(method: str, path: str, rule: str | None = None, **options: Any) -> TestResponse:
        return check(document, rule or path, tenant.request(method, path, **options))

    shown = ask("GET", "/api/v1/tenant")
    assert shown.status_code == 200
    assert ask("PATCH", "/api/v1/tenant", json={"name": "New"}).status_code == 428
    tag = {"If-Match": shown.headers["ETag"]}
    assert ask("PATCH", "/api/v1/tenant", json={"name": "New"}, headers=tag).status_code == 200

    created = ask("POST", "/api/v1/api-keys", json={"name": "k", "scopes": ["read"]})
    assert created.status_code == 201
    path, rule = created.headers["Location"], "/api/v1/api-keys/{item_id}"
    assert ask("GET", "/api/v1/api-keys").status_code == 200
    assert ask("GET", path, rule).status_code == 200
    reader = {"Authorization": f"Bearer {created.json['token']}"}
    assert ask("GET", path, rule, headers=reader).status_code == 403
    assert ask("DELETE", path, rule).status_code == 204


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health(document: dict[str, Any], app: Flask, path: str) -> None:
    assert check(document, path, app.test_client().get(path)).status_code == 200


def test_every_operation_of_a_tenants_refuses_a_parameter_that_it_does_not_know(
    document: dict[str, Any], tenant: TenantUnderTest
) -> None:
    for rule, method, told in operations(document):
        if not told["security"]:
            continue
        path = re.sub(r"{\w+}", str(uuid4()), rule)
        for sent in ("surprise=1", "limti=5&surprise"):
            answer = check(document, rule, tenant.request(method.upper(), f"{path}?{sent}"))
            assert answer.status_code == 422, f"{method} {rule}"
            assert "surprise" in answer.json["errors"]
            assert {text for told in answer.json["errors"].values() for text in told} == {"Unknown field."}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/schemas"])
def test_a_public_route_does_not_mind_what_probes_and_caches_add(tenant: TenantUnderTest, path: str) -> None:
    assert tenant.request("GET", f"{path}?_=1").status_code == 200


def test_shared_caches_keep_no_answer_of_a_tenants(tenant: TenantUnderTest) -> None:
    created = tenant.request("POST", CUSTOMERS, json=ADA, headers={"Idempotency-Key": "once"})
    path = created.headers["Location"]
    again = tenant.request("POST", CUSTOMERS, json=ADA, headers={"Idempotency-Key": "once"})
    shown = tenant.request("GET", path)
    known = tenant.request("GET", path, headers={"If-None-Match": shown.headers["ETag"]})
    refused = tenant.request("GET", path, headers={"Authorization": ""})
    assert known.status_code == 304
    for answer in (created, again, shown, known, refused, tenant.request("GET", CUSTOMERS)):
        assert answer.headers.getlist("Cache-Control") == ["private, no-cache"]
        assert answer.headers.getlist("Vary") == ["Authorization, X-Tenant-Subdomain"]
    assert known.headers["ETag"] == shown.headers["ETag"]
