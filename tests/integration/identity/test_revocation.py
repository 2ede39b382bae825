"""A revoked key: dead at once where it was revoked, and within seconds everywhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from tenantapp.application import CREDENTIAL_SECONDS, create_app
from tenantapp.identity import guards
from tenantapp.identity.credentials import Credentials
from tests.support.customers import API_KEYS, CUSTOMERS, assert_problem
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

SECONDS = 0.4


@pytest.fixture(scope="module")
def elsewhere(server: Server, shared_database: str) -> Iterator[Flask]:
    """Another process: an application of its own on the same database, which remembers keys for a moment."""
    app = create_app(server.settings(shared_database))
    guards.init_app(app, Credentials(seconds=SECONDS))
    yield app
    app.extensions["tenantapp"].pool.close()


def status(tenant: TenantUnderTest, token: str) -> int:
    answer = tenant.request("GET", CUSTOMERS, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


def revoke(tenant: TenantUnderTest, key_id: str) -> int:
    return tenant.request("DELETE", f"{API_KEYS}/{key_id}").status_code


def test_a_revoked_key_is_dead_at_once_in_the_process_that_revoked_it(tenant: TenantUnderTest) -> None:
    key = tenant.create(API_KEYS, name="short-lived", scopes=["read"])
    assert status(tenant, key["token"]) == 200
    assert revoke(tenant, key["id"]) == 204
    assert status(tenant, key["token"]) == 401


def test_a_revoked_key_is_dead_elsewhere_when_it_is_no_longer_remembered(
    tenant: TenantUnderTest, elsewhere: Flask
) -> None:
    there = replace(tenant, app=elsewhere)
    key = tenant.create(API_KEYS, name="short-lived", scopes=["read"])
    assert status(there, key["token"]) == 200
    assert revoke(tenant, key["id"]) == 204
    revoked = time.monotonic()
    while status(there, key["token"]) != 401:
        assert time.monotonic() < revoked + SECONDS, "a revoked key outlives the time it is remembered for"
        time.sleep(0.02)


def test_no_key_is_remembered_for_more_than_five_seconds() -> None:
    assert CREDENTIAL_SECONDS <= 5


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


def test_other_keys_of_the_tenant_live_on(tenant: TenantUnderTest) -> None:
    one, other = (tenant.create(API_KEYS, name=name, scopes=["read"]) for name in ("one", "other"))
    assert status(tenant, other["token"]) == 200
    assert revoke(tenant, one["id"]) == 204
    assert status(tenant, other["token"]) == 200
