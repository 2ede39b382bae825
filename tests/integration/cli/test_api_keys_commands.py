"""`flask api-keys`: keys that an operator issues to a tenant's programs, and takes away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tenantapp.identity.api_keys.keys import prefix_of
from tests.support.commands import Refusal, Run, told
from tests.support.customers import API_KEYS, CUSTOMERS
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

Refused = Callable[..., Refusal]


def create(run: Run, tenant: TenantUnderTest, *options: str) -> dict[str, Any]:
    """Issue a key and return what the command printed as JSON."""
    given = ("--tenant", tenant.subdomain, "--name", "import", *options, "--json")
    return dict(told(run("api-keys", "create", *given)))


def status(tenant: TenantUnderTest, token: str, path: str = CUSTOMERS) -> int:
    return tenant.request("GET", path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_key_is_issued_to_one_tenant_and_opens_what_its_scopes_allow(
    run: Run, tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    key = create(run, tenant)
    assert (key["name"], key["scopes"], key["expires_at"]) == ("import", ["read"], None)
    assert status(tenant, key["token"]) == 200
    assert status(tenant, key["token"], API_KEYS) == 403
    assert status(other_tenant, key["token"]) == 401


def test_scopes_may_be_several_and_count_once(run: Run, tenant: TenantUnderTest) -> None:
    key = create(run, tenant, "--scope", "write", "--scope", "read", "--scope", "write")
    assert key["scopes"] == ["read", "write"]


def test_a_key_may_have_an_end(run: Run, tenant: TenantUnderTest) -> None:
    key = create(run, tenant, "--expires", "2099-12-31T12:00:00")
    assert key["expires_at"] == "2099-12-31T12:00:00+00:00"
    assert status(tenant, key["token"]) == 200


def test_keys_are_listed_without_their_tokens(run: Run, tenant: TenantUnderTest) -> None:
    token = create(run, tenant)["token"]
    listed = run("api-keys", "list", "--tenant", tenant.subdomain, "--json")
    assert [key["name"] for key in told(listed)] == ["test", "import"]
    assert told(listed)[1]["prefix"] == prefix_of(token)
    table = run("api-keys", "list", "--tenant", tenant.subdomain)
    assert table.stdout.splitlines()[0].split() == [
        *("prefix", "name", "scopes", "expires_at", "last_used_at", "revoked_at")
    ]
    for shown in (listed, table):
        assert token.removeprefix(f"tk_{prefix_of(token)}_") not in shown.output


def test_a_revoked_key_is_listed_with_its_end_and_dead(run: Run, tenant: TenantUnderTest) -> None:
    token = create(run, tenant)["token"]
    prefix = str(prefix_of(token))
    for _ in range(2):
        revoked = run("api-keys", "revoke", "--tenant", tenant.subdomain, prefix)
        assert (revoked.exit_code, revoked.stdout) == (0, f"{prefix}: revoked\n")
    listed = told(run("api-keys", "list", "--tenant", tenant.subdomain, "--json"))
    assert {key["prefix"]: bool(key["revoked_at"]) for key in listed} == {
        prefix_of(tenant.token): False,
        prefix: True,
    }
    assert status(tenant, token) == 401


@pytest.mark.parametrize("verb", ["suspend", "archive"])
def test_keys_of_a_tenant_that_is_not_served_are_listed_and_revoked(
    run: Run, tenant: TenantUnderTest, verb: str
) -> None:
    run("tenants", verb, tenant.subdomain)
    prefix = prefix_of(tenant.token)
    listed = told(run("api-keys", "list", "--tenant", tenant.subdomain, "--json"))
    assert [(key["prefix"], key["revoked_at"]) for key in listed] == [(prefix, None)]
    revoked = told(run("api-keys", "revoke", "--tenant", tenant.subdomain, str(prefix), "--json"))
    listed = told(run("api-keys", "list", "--tenant", tenant.subdomain, "--json"))
    assert revoked == {"prefix": prefix, "revoked_at": listed[0]["revoked_at"]}
    assert revoked["revoked_at"]
    run("tenants", "activate", tenant.subdomain)
    assert status(tenant, tenant.token) == 401


def test_a_key_of_another_tenant_is_unknown(
    refused: Refused, tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    prefix = prefix_of(other_tenant.token)
    for unknown in (prefix, "nobodys"):
        refused("api-keys", "revoke", "--tenant", tenant.subdomain, unknown).says(
            f"Error: tenant {tenant.subdomain!r} has no key with prefix {unknown!r}"
        )
    assert status(other_tenant, other_tenant.token) == 200


@pytest.mark.parametrize("arguments", [["list"], ["create", "--name", "x"], ["revoke", "x"]], ids=" ".join)
def test_the_tenant_must_exist(refused: Refused, arguments: list[str]) -> None:
    refused("api-keys", *arguments, "--tenant", "nobody-here").says("Error: there is no tenant 'nobody-here'")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--name", ""], "name: "),
        (["--name", "x" * 256], "name: "),
        (["--name", "x", "--expires", "2020-01-01"], "expires_at: Must be in the future."),
        (["--name", "x", "--scope", "root"], "Invalid value for '--scope': 'root' is not one of"),
        (["--name", "x", "--expires", "soon"], "Invalid value for '--expires'"),
        ([], "Missing option '--name'."),
    ],
)
def test_a_key_is_held_to_what_the_api_takes(
    run: Run, tenant: TenantUnderTest, options: list[str], complaint: str
) -> None:
    result = run("api-keys", "create", "--tenant", tenant.subdomain, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: {complaint}" in result.stderr
    assert len(told(run("api-keys", "list", "--tenant", tenant.subdomain, "--json"))) == 1


def test_each_command_says_as_whom_on_standard_error(
    run: Run, server: Server, tenant: TenantUnderTest
) -> None:
    for arguments in (["list"], ["create", "--name", "x"], ["revoke", str(prefix_of(tenant.token))]):
        result = run("api-keys", *arguments, "--tenant", tenant.subdomain)
        assert result.exit_code == 0
        roles = [line.split()[:2] for line in result.stderr.splitlines()]
        assert roles == [["as", server.names.platform], ["as", server.names.app]]
        assert "-secret" not in result.stderr
