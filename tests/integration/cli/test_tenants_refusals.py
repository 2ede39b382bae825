"""`flask tenants`: what is refused, by one line and an exit code."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tenantapp.platform.tenants import RESERVED
from tests.support.commands import Refusal, Run, directory_rows
from tests.support.tenants import TenantUnderTest

Refused = Callable[..., Refusal]
EXPECTED = "expected 1 to 63 lower-case letters, digits and inner hyphens"


@pytest.mark.parametrize("verb", ["show", "suspend", "activate", "archive"])
def test_an_unknown_tenant_is_named(refused: Refused, verb: str) -> None:
    refused("tenants", verb, "nobody-here").says("Error: there is no tenant 'nobody-here'")


def test_a_taken_subdomain_is_named(refused: Refused, tenant: TenantUnderTest) -> None:
    refused("tenants", "create", tenant.subdomain).says(
        f"Error: there is a tenant {tenant.subdomain!r} already"
    )


def test_a_tenant_that_is_archived_keeps_its_subdomain(
    run: Run, refused: Refused, tenant: TenantUnderTest
) -> None:
    run("tenants", "archive", tenant.subdomain)
    refused("tenants", "create", tenant.subdomain).says(
        f"Error: there is a tenant {tenant.subdomain!r} already"
    )


@pytest.mark.parametrize("subdomain", ["www", "api", "admin", "platform", "localhost", "mail", "docs"])
def test_a_reserved_subdomain_is_nobodys(
    refused: Refused, superuser: psycopg.Connection[Any], subdomain: str
) -> None:
    assert subdomain in RESERVED
    refused("tenants", "create", subdomain).says(f"Error: {subdomain!r} is reserved for the service itself")
    assert directory_rows(superuser, subdomain) == (0, 0)


@pytest.mark.parametrize(
    "subdomain",
    ["", " ", "Acme", "a_b", "a.b", "-a", "a-", "a b", "xn--acm-epa", "x" * 64, "caf\u00e9", "a\n", "\udcff"],
    ids=ascii,
)
def test_a_malformed_subdomain_is_no_subdomain(refused: Refused, subdomain: str) -> None:
    options = ("--", subdomain)
    refused("tenants", "create", *options).says(f"Error: {subdomain!r} is no subdomain: {EXPECTED}")


@pytest.mark.parametrize("verb", ["show", "suspend"])
def test_an_argument_that_is_no_text_is_one_line(refused: Refused, verb: str) -> None:
    refused("tenants", verb, "\udcff").says("Error: an argument holds bytes that are no text")


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "\udcff"], ids=ascii)
def test_a_name_is_held_to_what_the_api_takes(
    run: Run, superuser: psycopg.Connection[Any], name: str
) -> None:
    subdomain = f"c-{secrets.token_hex(6)}"
    result = run("tenants", "create", subdomain, "--name", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith("Error: name: ")
    assert directory_rows(superuser, subdomain) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["create"], "Missing argument 'SUBDOMAIN'."),
        (["show"], "Missing argument 'SUBDOMAIN'."),
        (["create", "a", "b"], "Got unexpected extra argument (b)"),
        (["list", "--status", "gone"], "Invalid value for '--status': 'gone' is not one of"),
        (["destroy", "a"], "No such command 'destroy'."),
        (["list", "--yaml"], "No such option '--yaml'."),
    ],
)
def test_a_misspelt_command_is_a_usage_error(run: Run, arguments: list[str], complaint: str) -> None:
    result = run("tenants", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr
