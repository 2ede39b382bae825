"""`flask tenants`: what an operator does to a tenant, and what its clients see of it."""

from __future__ import annotations

import secrets
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from tests.support.commands import Run, directory_rows, told
from tests.support.customers import assert_problem
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

TENANT = "/api/v1/tenant"


@pytest.fixture
def subdomain() -> str:
    return f"c-{secrets.token_hex(6)}"


def test_a_tenant_is_created_and_shown(run: Run, subdomain: str) -> None:
    created = told(run("tenants", "create", subdomain, "--name", "  Caf\u0065\u0301 Central ", "--json"))
    assert created["subdomain"] == subdomain
    assert created["name"] == "Caf\u00e9 Central"
    assert (created["status"], created["settings"], created["epoch"]) == ("active", {}, 1)
    assert told(run("tenants", "show", subdomain, "--json")) == created


def test_a_tenant_is_called_by_its_subdomain_unless_told_otherwise(run: Run, subdomain: str) -> None:
    assert told(run("tenants", "create", subdomain, "--json"))["name"] == subdomain


def test_people_read_a_field_a_line(run: Run, subdomain: str) -> None:
    shown = run("tenants", "create", subdomain)
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0] == f"subdomain   {subdomain}"
    assert run("tenants", "show", subdomain).stdout == shown.stdout


def test_tenants_are_listed_by_subdomain_and_status(run: Run, subdomain: str) -> None:
    run("tenants", "create", subdomain)
    run("tenants", "suspend", subdomain)
    everyone = told(run("tenants", "list", "--json"))
    names = [row["subdomain"] for row in everyone]
    assert names == sorted(names)
    for status, is_listed in {"suspended": True, "active": False, "archived": False}.items():
        rows = told(run("tenants", "list", "--status", status, "--json"))
        assert {row["status"] for row in rows} <= {status}
        assert (subdomain in [row["subdomain"] for row in rows]) is is_listed
    table = run("tenants", "list", "--status", "suspended").stdout.splitlines()
    assert table[0].split() == ["subdomain", "tenant_id", "status", "database", "created_at"]
    assert subdomain in [line.split()[0] for line in table[1:]]


@pytest.fixture
def many_tenants(server: Server, database: str) -> None:
    """A directory in which few tenants of many are suspended."""
    with server.connect("bootstrap", database) as superuser:
        superuser.execute("INSERT INTO control.databases (name) VALUES ('main')")
        superuser.execute(
            "INSERT INTO control.directory (tenant_id, subdomain, status, database_id)"
            " SELECT gen_random_uuid(), 't-' || n,"
            " CASE WHEN n % 500 = 0 THEN 'suspended' ELSE 'active' END, d.id"
            " FROM generate_series(1, 5000) n, control.databases d"
        )
        superuser.execute("ANALYZE control.directory")


@pytest.mark.parametrize(
    ("command", "index"),
    [
        (("list", "--status", "suspended"), "idx_directory_status"),
        (("show", "t-7"), "uniq_directory_subdomain"),
        (("suspend", "t-7"), "uniq_directory_subdomain"),
    ],
)
def test_the_directory_is_read_through_its_indexes(
    own_app: Flask, many_tenants: None, command: tuple[str, ...], index: str
) -> None:
    """Names of the kind that was asked for on `tenants`, where an index would tell: decision 14."""
    plans: list[str] = []

    def explain(connection: sa.Connection, cursor: Any, statement: str, values: Any, *_: object) -> None:
        if "control.directory" in statement:
            plans.extend(row[0] for row in cursor.execute(f"EXPLAIN {statement}", values).fetchall())

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    try:
        own_app.test_cli_runner().invoke(args=["tenants", *command])
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", explain)
    assert any(index in line for line in plans), plans
    assert not [line for line in plans if "Seq Scan on directory" in line]


def test_no_tenants_are_an_empty_list(own_app: Flask) -> None:
    run = own_app.test_cli_runner().invoke
    assert told(run(args=["tenants", "list", "--json"])) == []
    assert run(args=["tenants", "list"]).stdout == ""


def test_a_suspension_holds_at_once_until_the_tenant_is_activated(run: Run, tenant: TenantUnderTest) -> None:
    assert tenant.request("GET", TENANT).status_code == 200
    suspended = run("tenants", "suspend", tenant.subdomain)
    assert (suspended.exit_code, suspended.stdout) == (0, f"{tenant.subdomain}: suspended\n")
    assert_problem(tenant.request("GET", TENANT), 403, "tenant-suspended")
    assert run("tenants", "activate", tenant.subdomain).stdout == f"{tenant.subdomain}: activated\n"
    assert tenant.request("GET", TENANT).status_code == 200


def test_an_archived_tenant_is_as_one_that_never_was(run: Run, tenant: TenantUnderTest) -> None:
    assert tenant.request("GET", TENANT).status_code == 200
    archived = run("tenants", "archive", tenant.subdomain)
    assert (archived.exit_code, archived.stdout) == (0, f"{tenant.subdomain}: archived\n")
    answer = tenant.request("GET", TENANT)
    nobody = tenant.request("GET", TENANT, base_url=f"http://n-{secrets.token_hex(6)}.localhost")
    problems = [assert_problem(response, 404, "tenant-not-found") for response in (answer, nobody)]
    assert {**problems[0], "request_id": ""} == {**problems[1], "request_id": ""}


def test_a_status_is_given_once_and_a_program_reads_whether_it_changed(
    run: Run, tenant: TenantUnderTest
) -> None:
    for verb, status in (("suspend", "suspended"), ("archive", "archived"), ("activate", "active")):
        for changed in (True, False):
            printed = told(run("tenants", verb, tenant.subdomain, "--json"))
            assert printed == {"subdomain": tenant.subdomain, "status": status, "changed": changed}
        again = run("tenants", verb, tenant.subdomain)
        assert (again.exit_code, again.stdout) == (0, f"{tenant.subdomain}: is {status} already\n")
        assert told(run("tenants", "show", tenant.subdomain, "--json"))["status"] == status


def test_each_command_says_as_whom_on_standard_error_without_the_password(
    run: Run, tenant: TenantUnderTest, server: Server, shared_database: str
) -> None:
    role = f"as {server.names.platform} at postgresql://{server.names.platform}:***@"
    for arguments in (
        ("list", "--json"),
        ("show", tenant.subdomain),
        ("suspend", tenant.subdomain),
        ("activate", tenant.subdomain),
        ("archive", tenant.subdomain),
        ("create", f"c-{secrets.token_hex(6)}", "--json"),
    ):
        result = run("tenants", *arguments)
        assert result.exit_code == 0
        assert result.stderr
        assert all(line.startswith(role) for line in result.stderr.splitlines())
        assert "platform-secret" not in result.output


def test_a_create_that_fails_halfway_leaves_nothing(
    own_app: Flask, server: Server, database: str, subdomain: str
) -> None:
    run = own_app.test_cli_runner().invoke
    with server.connect("bootstrap", database) as superuser:
        superuser.execute("ALTER TABLE tenants ADD CONSTRAINT chk_tenants_nobody CHECK (false) NOT VALID")
        failed = run(args=["tenants", "create", subdomain])
        assert (failed.exit_code, failed.stdout) == (1, "")
        assert failed.stderr.splitlines()[-1] == (
            'Error: new row for relation "tenants" violates check constraint "chk_tenants_nobody"'
        )
        assert directory_rows(superuser, subdomain) == (0, 0)
        superuser.execute("ALTER TABLE tenants DROP CONSTRAINT chk_tenants_nobody")
        assert run(args=["tenants", "create", subdomain]).exit_code == 0
        assert directory_rows(superuser, subdomain) == (1, 1)


def test_a_status_that_fails_halfway_changes_nothing(
    own_app: Flask, server: Server, database: str, subdomain: str
) -> None:
    run = own_app.test_cli_runner().invoke
    run(args=["tenants", "create", subdomain])
    with server.connect("bootstrap", database) as superuser:
        superuser.execute(
            "ALTER TABLE tenants ADD CONSTRAINT chk_tenants_served CHECK (status = 'active') NOT VALID"
        )
        assert run(args=["tenants", "suspend", subdomain]).exit_code == 1
        shown = told(run(args=["tenants", "show", subdomain, "--json"]))
        query = "SELECT status FROM tenants WHERE subdomain = %s"
        assert superuser.execute(query, (subdomain,)).fetchall() == [("active",)]
    assert shown["status"] == "active"


def test_a_second_tenant_with_a_subdomain_leaves_the_first_as_it_is(
    run: Run, superuser: psycopg.Connection[Any], tenant: TenantUnderTest
) -> None:
    before = told(run("tenants", "show", tenant.subdomain, "--json"))
    assert run("tenants", "create", tenant.subdomain, "--name", "Other").exit_code == 1
    assert told(run("tenants", "show", tenant.subdomain, "--json")) == before
    assert directory_rows(superuser, tenant.subdomain) == (1, 1)
