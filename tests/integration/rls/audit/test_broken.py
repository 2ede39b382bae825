"""A broken database shows every fault, a fresh one none."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from tenantapp.rls.audit import run
from tenantapp.rls.audit.checks import all_checks
from tests.integration.rls.audit.story import PROJECT, audited, told
from tests.support.databases import Server

# What no database has by itself: roles, parameters, other databases, version and extensions are the
# server's, and MAINTAIN exists since PostgreSQL 17. Each has its story.
_BEYOND_A_DATABASE = {
    *("0046_role_missing", "0047_role_superuser", "0048_role_bypassrls", "0049_role_attributes"),
    *("0050_role_membership", "0052_other_role_bypasses_rls", "0053_owner_members"),
    *("0059_maintain_privilege", "0067_parameter_privileges", "0072_maintenance_databases"),
    *("0086_server_version", "0087_extension_reachable", "0092_sealer_members"),
    *("0094_connections_unlimited", "0095_temporary_files_unlimited"),
}


def test_every_check_tells_of_the_broken_database(server: Server, broken_database: str) -> None:
    declared = replace(PROJECT, sensitive_columns=("public.customers.email", "public.gone.column"))
    found = {check for check, _ in told(server, audited(server, broken_database, declared))}
    assert {check.id for check in all_checks()} - found == _BEYOND_A_DATABASE


@pytest.mark.parametrize("role", ["bootstrap", "owner", "app", "platform"])
def test_a_fresh_database_is_clean(server: Server, database: str, role: str) -> None:
    result = audited(server, database, role=role)
    assert told(server, result) == set()
    unread = {"app": ["0071_large_objects"], "bootstrap": []}.get(role, [])
    unread = [*unread, *(["0083_statistics_left"] if role != "bootstrap" else [])]
    assert [one.check for one in result.unread] == unread


@pytest.mark.parametrize("role", ["owner", "app", "platform"])
def test_every_role_sees_the_same_faults_but_for_what_it_says(
    server: Server, broken_database: str, role: str
) -> None:
    whole = audited(server, broken_database)
    seen = audited(server, broken_database, role=role)
    unread = {one.check for one in seen.unread}
    assert told(server, seen) == {(check, name) for check, name in told(server, whole) if check not in unread}


def test_a_check_cannot_write(server: Server, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "compose", lambda *_: sql.SQL("CREATE TABLE written ()"))
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        audited(server, database)
