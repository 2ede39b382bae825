"""A revoked key: dead at once, in every process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from tests.support.customers import API_KEYS, CUSTOMERS, assert_problem
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest


@pytest.fixture(scope="module")
def elsewhere(server: Server, shared_database: str) -> Iterator[Flask]:
    """Another process: an application of its own on the same database."""
    with server.application(shared_database) as app:
        yield app


def status(tenant: TenantUnderTest, token: str) -> int:
    answer = tenant.request("GET", CUSTOMERS, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


def revoke(tenant: TenantUnderTest, key_id: str) -> int:
    return tenant.request("DELETE", f"{API_KEYS}/{key_id}").status_code


@pytest.mark.parametrize("process", ["app", "elsewhere"])
def test_a_revoked_key_alone_is_dead_at_once_in_each_process_that_remembers_it(
    tenant: TenantUnderTest, request: pytest.FixtureRequest, process: str
) -> None:
    there = replace(tenant, app=request.getfixturevalue(process))
    key, kept = (tenant.create(API_KEYS, name=name, scopes=["read"]) for name in ("short-lived", "kept"))
    assert [status(there, each["token"]) for each in (key, kept)] == [200, 200]
    assert revoke(tenant, key["id"]) == 204
    assert [status(there, each["token"]) for each in (key, kept)] == [401, 200]


def test_a_revoked_key_writes_nothing_in_a_process_that_remembers_it(
    tenant: TenantUnderTest, elsewhere: Flask
) -> None:
    there = replace(tenant, app=elsewhere)
    key = tenant.create(API_KEYS, name="short-lived", scopes=["read", "write"])
    assert status(there, key["token"]) == 200
    assert revoke(tenant, key["id"]) == 204
    body = {"name": "Ada", "email": "ada@example.com"}
    bearer = {"Authorization": f"Bearer {key['token']}"}
    assert there.request("POST", CUSTOMERS, json=body, headers=bearer).status_code == 401
    assert tenant.request("GET", CUSTOMERS).json["items"] == []
    assert there.request("POST", CUSTOMERS, json=body).status_code == 201


def test_a_key_that_was_never_used_elsewhere_is_dead_there_at_once(
    tenant: TenantUnderTest, elsewhere: Flask
) -> None:
    key = tenant.create(API_KEYS, name="short-lived", scopes=["read"])
    assert revoke(tenant, key["id"]) == 204
    assert status(replace(tenant, app=elsewhere), key["token"]) == 401


def test_a_revoked_key_is_still_listed_with_its_end(tenant: TenantUnderTest) -> None:
    key = tenant.create(API_KEYS, name="short-lived", scopes=["read"])
    assert revoke(tenant, key["id"]) == 204
    shown = tenant.request("GET", f"{API_KEYS}/{key['id']}").json
    assert shown["revoked_at"] >= key["created_at"]
    assert shown in tenant.request("GET", API_KEYS).json["items"]


def test_a_key_is_revoked_once_however_often_it_is_asked_for(tenant: TenantUnderTest) -> None:
    path = f"{API_KEYS}/{tenant.create(API_KEYS, name='short-lived', scopes=['read'])['id']}"
    assert tenant.request("DELETE", path).status_code == 204
    first = tenant.request("GET", path).json["revoked_at"]
    assert tenant.request("DELETE", path).status_code == 204
    assert tenant.request("GET", path).json["revoked_at"] == first


def test_a_key_may_revoke_itself(tenant: TenantUnderTest) -> None:
    (own,) = tenant.request("GET", API_KEYS).json["items"]
    assert revoke(tenant, own["id"]) == 204
    assert_problem(tenant.request("GET", API_KEYS), 401, "credential-refused")
