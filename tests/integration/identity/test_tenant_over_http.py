"""The tenant as it sees and changes itself over HTTP; what its settings may hold is in test_fields."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.customers import assert_problem, errors_of
from tests.support.tenants import TenantUnderTest

TENANT = "/api/v1/tenant"


def patch(tenant: TenantUnderTest, body: Any, tag: str | None = '"1"') -> TestResponse:
    return tenant.request("PATCH", TENANT, json=body, headers={"If-Match": tag} if tag else {})


def test_a_tenant_sees_itself(tenant: TenantUnderTest) -> None:
    answer = tenant.request("GET", TENANT)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    times = {name: answer.json[name] for name in ("created_at", "updated_at")}
    assert answer.json == {
        "id": str(tenant.id),
        "name": f"Tenant {tenant.subdomain}",
        "subdomain": tenant.subdomain,
        "status": "active",
        "settings": {},
        "row_version": 1,
        **times,
    }


def test_a_tenant_that_has_not_changed_is_304(tenant: TenantUnderTest) -> None:
    answer = tenant.request("GET", TENANT, headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.get_data(), answer.headers["ETag"]) == (304, b"", '"1"')


def test_a_tenant_changes_its_name_and_keeps_the_rest(tenant: TenantUnderTest) -> None:
    assert patch(tenant, {"settings": {"theme": "dark"}}).status_code == 200
    changed = patch(tenant, {"name": "  Acme  "}, '"2"')
    assert changed.status_code == 200
    assert changed.headers["ETag"] == '"3"'
    assert (changed.json["name"], changed.json["settings"]) == ("Acme", {"theme": "dark"})
    assert tenant.request("GET", TENANT).json == changed.json


def test_settings_are_replaced_as_a_whole(tenant: TenantUnderTest) -> None:
    nested = {"theme": {"name": "dark", "size": None}, "language": "de"}
    assert patch(tenant, {"settings": nested}).json["settings"] == nested
    assert patch(tenant, {"settings": {"theme": "light"}}, '"2"').json["settings"] == {"theme": "light"}
    assert patch(tenant, {"settings": {}}, "*").json["settings"] == {}


def test_a_change_says_what_it_is_based_on(tenant: TenantUnderTest) -> None:
    problem = assert_problem(patch(tenant, {"name": "New"}, None), 428, "precondition-required")
    assert "If-Match" in problem["detail"]
    assert tenant.request("GET", TENANT).json["row_version"] == 1


def test_a_change_of_what_has_changed_meanwhile_is_412(tenant: TenantUnderTest) -> None:
    assert patch(tenant, {"name": "First"}).status_code == 200
    assert_problem(patch(tenant, {"name": "Second"}), 412, "precondition-failed")
    assert tenant.request("GET", TENANT).json["name"] == "First"


@pytest.mark.parametrize(
    "field", ["subdomain", "status", "id", "epoch", "row_version", "created_at", "tenant_id"]
)
def test_what_is_the_operators_is_refused_by_name(tenant: TenantUnderTest, field: str) -> None:
    before = tenant.request("GET", TENANT).json
    answer = patch(tenant, {"name": "New", field: before.get(field, 7)})
    assert errors_of(answer) == {field: ["Unknown field."]}
    assert tenant.request("GET", TENANT).json == before


@pytest.mark.parametrize("name", [None, "", "   ", "x" * 256, 7, ["x"]])
def test_a_tenant_has_a_name(tenant: TenantUnderTest, name: Any) -> None:
    assert list(errors_of(patch(tenant, {"name": name}))) == ["name"]


def test_settings_are_at_most_16_kib(tenant: TenantUnderTest) -> None:
    fits = {"a": "x" * (16 * 1024 - len('{"a":""}'))}
    assert patch(tenant, {"settings": fits}).json["settings"] == fits
    assert list(errors_of(patch(tenant, {"settings": {"a": fits["a"] + "x"}}, '"2"'))) == ["settings"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_tenant_neither_makes_nor_ends_itself(tenant: TenantUnderTest, method: str) -> None:
    assert_problem(tenant.request(method, TENANT, json={"name": "x"}), 405)
