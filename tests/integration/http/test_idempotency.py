"""Idempotency-Key: a request that is sent again is answered again, and done once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from tests.support.customers import (
    API_KEYS,
    CUSTOMERS,
    ada,
    assert_problem,
    count_customers,
    count_keys,
    new_customer,
    path_of,
)
from tests.support.tenants import TenantUnderTest, issue

Superuser = psycopg.Connection[Any]
KEPT = ("Location", "ETag", "Content-Type")


def post(tenant: TenantUnderTest, body: Any, key: str = "key-1", path: str = CUSTOMERS) -> TestResponse:
    return tenant.request("POST", path, json=body, headers={"Idempotency-Key": key})


def assert_same_answer(first: TestResponse, second: TestResponse) -> None:
    assert second.status_code == first.status_code
    assert second.get_data() == first.get_data()
    assert [second.headers.get(name) for name in KEPT] == [first.headers.get(name) for name in KEPT]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_request_sent_again_is_answered_again_and_done_once(
    tenant: TenantUnderTest, superuser: Superuser
) -> None:
    body = ada()
    first = post(tenant, body)
    assert first.status_code == 201
    assert_same_answer(first, post(tenant, body))
    assert_same_answer(first, post(tenant, body))
    assert count_customers(superuser, tenant) == 1
    assert count_keys(superuser, tenant) == 1


def test_the_first_answer_stands_whatever_became_of_the_row(tenant: TenantUnderTest) -> None:
    body = ada()
    first = post(tenant, body)
    tenant.request("PATCH", first.headers["Location"], json={"name": "Other"})
    assert_same_answer(first, post(tenant, body))
    tenant.request("DELETE", first.headers["Location"])
    assert_same_answer(first, post(tenant, body))


def test_a_restore_is_done_once_too(tenant: TenantUnderTest) -> None:
    customer = new_customer(tenant)
    tenant.request("DELETE", path_of(customer))

    def restore() -> TestResponse:
        return tenant.request(
            "POST", f"{path_of(customer)}/restore", headers={"Idempotency-Key": "restore-1"}
        )

    first = restore()
    tenant.request("DELETE", path_of(customer))
    assert_same_answer(first, restore())
    assert tenant.request("GET", path_of(customer)).status_code == 404


def test_another_body_under_a_used_key_is_refused(tenant: TenantUnderTest, superuser: Superuser) -> None:
    body = ada()
    first = post(tenant, body)
    for other in (ada(), {**body, "phone": "1"}, {**body, "name": "ada albrecht"}):
        assert_problem(post(tenant, other), 422, "idempotency-key-reused")
    assert count_customers(superuser, tenant) == 1
    assert_same_answer(first, post(tenant, body))


def test_another_route_is_another_key(tenant: TenantUnderTest) -> None:
    deleted = [new_customer(tenant) for _ in range(2)]
    for customer in deleted:
        tenant.request("DELETE", path_of(customer))
        answer = tenant.request("POST", f"{path_of(customer)}/restore", headers={"Idempotency-Key": "key-1"})
        assert answer.json["id"] == customer["id"]
    assert post(tenant, ada()).status_code == 201


def test_another_credential_is_another_key(tenant: TenantUnderTest) -> None:
    colleague = replace(tenant, token=issue(tenant.app, tenant.id))
    first, second = post(tenant, ada()), post(colleague, ada())
    assert second.status_code == 201
    assert "Idempotency-Replayed" not in second.headers
    assert second.json["id"] != first.json["id"]


def test_another_key_is_another_request(tenant: TenantUnderTest) -> None:
    assert post(tenant, ada(), "key-1").json["id"] != post(tenant, ada(), "key-2").json["id"]
    assert post(tenant, ada(), "KEY-1").status_code == 201


def test_no_key_is_no_promise(tenant: TenantUnderTest, superuser: Superuser) -> None:
    new_customer(tenant)
    new_customer(tenant)
    assert count_customers(superuser, tenant) == 2
    assert count_keys(superuser, tenant) == 0


def test_an_expired_key_does_the_work_anew(tenant: TenantUnderTest, superuser: Superuser) -> None:
    body = ada()
    first = post(tenant, body)
    tenant.request("DELETE", first.headers["Location"])
    superuser.execute(
        "UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE tenant_id = %s",
        (tenant.id,),
    )
    anew = post(tenant, body)
    assert anew.status_code == 201
    assert "Idempotency-Replayed" not in anew.headers
    assert anew.json["id"] != first.json["id"]
    assert_same_answer(anew, post(tenant, body))
    assert count_keys(superuser, tenant) == 1


def test_an_expired_key_may_be_used_for_another_body(tenant: TenantUnderTest, superuser: Superuser) -> None:
    post(tenant, ada())
    superuser.execute("UPDATE idempotency_keys SET expires_at = now() WHERE tenant_id = %s", (tenant.id,))
    body = ada()
    assert_same_answer(post(tenant, body), post(tenant, body))


def test_keys_that_have_expired_go_as_others_come(tenant: TenantUnderTest, superuser: Superuser) -> None:
    living, body = ada(), ada()
    post(tenant, living, "living")
    for number in range(5):
        post(tenant, ada(), f"expired-{number}")
    superuser.execute(
        "UPDATE idempotency_keys SET expires_at = now() - interval '1 second' "
        "WHERE tenant_id = %s AND key LIKE 'expired-%%'",
        (tenant.id,),
    )
    first = post(tenant, body, "expired-0")
    for number in range(3):
        post(tenant, ada(), f"new-{number}")
    kept = superuser.execute("SELECT key FROM idempotency_keys WHERE tenant_id = %s", (tenant.id,)).fetchall()
    assert {key for (key,) in kept} == {"living", "expired-0", "new-0", "new-1", "new-2"}
    assert_same_answer(first, post(tenant, body, "expired-0"))
    assert post(tenant, living, "living").headers["Idempotency-Replayed"] == "true"


def test_a_key_is_kept_for_a_day(tenant: TenantUnderTest, superuser: Superuser) -> None:
    post(tenant, ada())
    kept = superuser.execute(
        "SELECT expires_at - created_at = interval '24 hours' FROM idempotency_keys WHERE tenant_id = %s",
        (tenant.id,),
    )
    assert kept.fetchall() == [(True,)]


def test_a_conflict_leaves_no_key_behind(tenant: TenantUnderTest, superuser: Superuser) -> None:
    taken = new_customer(tenant)
    body = ada(email=taken["email"])
    for _ in range(2):
        assert_problem(post(tenant, body), 409, "already-taken")
        assert count_keys(superuser, tenant) == 0
    tenant.request("DELETE", path_of(taken))
    assert_same_answer(post(tenant, body), post(tenant, body))


def test_an_invalid_request_leaves_no_key_behind(tenant: TenantUnderTest, superuser: Superuser) -> None:
    assert_problem(post(tenant, ada(status="x")), 422, "invalid-fields")
    assert count_keys(superuser, tenant) == 0
    assert post(tenant, ada()).status_code == 201


@pytest.mark.parametrize(
    "key",
    ["", " ", "a b", "\t", "k" * 256, "schlüssel", "\x7f", "\x00", "a\x01"],
    ids=lambda key: repr(key[:9]),
)
def test_a_key_that_is_not_one_is_refused(tenant: TenantUnderTest, superuser: Superuser, key: str) -> None:
    assert_problem(post(tenant, ada(), key), 400, "idempotency-key-refused")
    assert count_customers(superuser, tenant) == 0
    assert count_keys(superuser, tenant) == 0


@pytest.mark.parametrize("key", ["k", "k" * 255, "!~", '"quoted"', "';DROP TABLE customers", "%s", "a,b"])
def test_any_visible_text_is_a_key(tenant: TenantUnderTest, key: str) -> None:
    key, body = key.replace(" ", "_"), ada()
    assert_same_answer(post(tenant, body, key), post(tenant, body, key))


def test_a_secret_is_not_kept_for_a_second_time(tenant: TenantUnderTest, superuser: Superuser) -> None:
    answer = post(tenant, {"name": "key", "scopes": ["read"]}, path=API_KEYS)
    assert_problem(answer, 400, "idempotency-key-refused")
    assert count_keys(superuser, tenant) == 0
    assert [key["name"] for key in tenant.request("GET", API_KEYS).json["items"]] == ["test"]


@pytest.mark.parametrize(("method", "body", "done"), [("PATCH", {"name": "x"}, 200), ("DELETE", None, 204)])
def test_methods_that_need_no_key_ignore_one(
    tenant: TenantUnderTest, superuser: Superuser, method: str, body: object, done: int
) -> None:
    path = path_of(new_customer(tenant))
    assert tenant.request(method, path, headers={"Idempotency-Key": ""}, json=body).status_code == done
    assert count_keys(superuser, tenant) == 0


def test_a_key_is_of_no_use_to_one_whose_credential_is_revoked(tenant: TenantUnderTest) -> None:
    body = ada()
    issued = tenant.create(API_KEYS, name="short-lived", scopes=["write"])
    guest = replace(tenant, token=issued["token"])
    assert post(guest, body).status_code == 201
    tenant.request("DELETE", f"{API_KEYS}/{issued['id']}")
    assert_problem(post(guest, body), 401)
