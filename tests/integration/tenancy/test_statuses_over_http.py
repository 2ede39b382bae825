"""Whether a tenant is served: what the directory says, and at each transaction what its database says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.wrappers import Response

from tests.support.operator import forget_directory, give_directory, give_own_row, give_status
from tests.support.tenants import TenantUnderTest, issue
from tests.support.wsgi import CUSTOMERS, ask

SUSPENDED = {
    "type": "urn:tenantapp:problem:tenant-suspended",
    "title": "Forbidden",
    "status": 403,
    "detail": "This tenant is suspended.",
}
ABSENT = {
    "type": "urn:tenantapp:problem:tenant-not-found",
    "title": "Not Found",
    "status": 404,
    "detail": "There is no such tenant.",
}
ANSWERS = pytest.mark.parametrize(("status", "answer"), [("suspended", SUSPENDED), ("archived", ABSENT)])


def _ask(tenant: TenantUnderTest, token: str | None = None) -> Response:
    return ask(tenant.app, f"{tenant.subdomain}.localhost", token=tenant.token if token is None else token)


def _assert_answer(response: Response, expected: dict[str, object]) -> None:
    body = dict(response.json)
    assert body.pop("request_id") == response.headers["X-Request-ID"]
    assert (response.status_code, response.mimetype) == (expected["status"], "application/problem+json")
    assert body == expected


def test_an_unknown_tenant_is_404(tenant: TenantUnderTest) -> None:
    for host, header in (("nobody-here.localhost", None), ("localhost", "nobody-here")):
        _assert_answer(ask(tenant.app, host, header, token=tenant.token), ABSENT)


@ANSWERS
def test_a_tenant_that_is_not_active_is_refused(
    tenant: TenantUnderTest, status: str, answer: dict[str, object]
) -> None:
    give_status(tenant, status)
    forget_directory(tenant.app, tenant.subdomain)
    for token in (tenant.token, "", "tk_nonsense"):
        _assert_answer(_ask(tenant, token), answer)


def test_an_archived_tenant_and_none_are_told_apart_by_nothing(tenant: TenantUnderTest) -> None:
    give_status(tenant, "archived")
    forget_directory(tenant.app, tenant.subdomain)
    archived = _ask(tenant)
    unknown = ask(tenant.app, "nobody-here.localhost", token=tenant.token)
    for response in (archived, unknown):
        _assert_answer(response, ABSENT)
    assert list(archived.headers.keys()) == list(unknown.headers.keys())
    assert archived.content_length == unknown.content_length


@ANSWERS
def test_a_tenant_cached_as_active_is_refused_at_once_by_its_database(
    tenant: TenantUnderTest, status: str, answer: dict[str, object]
) -> None:
    assert _ask(tenant).status_code == 200
    give_status(tenant, status)
    _assert_answer(_ask(tenant), answer)


@ANSWERS
def test_a_write_of_a_tenant_cached_as_active_changes_nothing(
    tenant: TenantUnderTest, status: str, answer: dict[str, object]
) -> None:
    customer = tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")
    give_status(tenant, status)
    path = f"{CUSTOMERS}/{customer['id']}"
    _assert_answer(tenant.request("POST", CUSTOMERS, json={"name": "Bob", "email": "b@example.com"}), answer)
    _assert_answer(tenant.request("PATCH", path, json={"name": "Bob"}), answer)
    _assert_answer(tenant.request("DELETE", path), answer)
    give_status(tenant, "active")
    assert _ask(tenant).json["items"] == [customer]


def test_no_key_is_looked_up_for_a_tenant_cached_as_active_and_suspended_since(
    tenant: TenantUnderTest,
) -> None:
    never_used = issue(tenant.app, tenant.id)
    assert _ask(tenant).status_code == 200
    give_status(tenant, "suspended")
    for token in (never_used, "tk_abcdefghijkm_unknown"):
        _assert_answer(_ask(tenant, token), SUSPENDED)


@ANSWERS
@pytest.mark.parametrize("give", [give_own_row, give_directory])
def test_a_tenant_is_served_where_its_database_and_the_directory_say_active(
    tenant: TenantUnderTest, give: Callable[..., None], status: str, answer: dict[str, object]
) -> None:
    give(tenant, status)
    forget_directory(tenant.app, tenant.subdomain)
    _assert_answer(_ask(tenant), answer)


def test_a_tenant_that_is_active_again_is_served_at_once(tenant: TenantUnderTest) -> None:
    assert _ask(tenant).status_code == 200
    give_status(tenant, "suspended")
    assert _ask(tenant).status_code == 403
    give_status(tenant, "active")
    assert _ask(tenant).status_code == 200


def test_one_tenants_suspension_is_no_others_business(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    give_status(tenant, "suspended")
    assert _ask(other_tenant).status_code == 200
