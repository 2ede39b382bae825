"""Databases that are made otherwise, or were never prepared, are read as well."""

from __future__ import annotations

import pytest

from tenantapp.postgres.roles import RoleNames
from tenantapp.rls.audit.configuration import AuditConfiguration
from tests.integration.rls.audit.story import audited, execute, told
from tests.support.databases import Server

_ORGANISATIONS = AuditConfiguration(tenant_column="org id", tenant_function='"Odd App"."current org"')
_OWN = '"org id" = (SELECT "Odd App"."current org"())'
_LINES = '"Odd App"."Order Lines"'
_ODD = f"""
    CREATE SCHEMA "Odd App";
    CREATE FUNCTION "Odd App"."current org"() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';
    REVOKE EXECUTE ON FUNCTION "Odd App"."current org"() FROM PUBLIC;
    CREATE TABLE "Odd App".orgs (id uuid PRIMARY KEY);
    CREATE TABLE {_LINES} ("org id" uuid NOT NULL REFERENCES "Odd App".orgs, id uuid,
                           PRIMARY KEY ("org id", id));
    ALTER TABLE {_LINES} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY one ON {_LINES} USING ({_OWN}) WITH CHECK ({_OWN});
    CREATE POLICY fence ON {_LINES} AS RESTRICTIVE
        USING (coalesce({_OWN}, false)) WITH CHECK (coalesce({_OWN}, false));
    ALTER TABLE {_LINES} OWNER TO {{owner}};
    ALTER TABLE "Odd App".orgs OWNER TO {{owner}};
    ALTER FUNCTION "Odd App"."current org"() OWNER TO {{owner}};
"""


def about_the_odd(server: Server, database: str) -> set[tuple[str, str]]:
    found = told(server, audited(server, database, _ORGANISATIONS))
    return {(check, name) for check, name in found if "Odd App" in name}


def test_other_names_are_configured_and_quoted(server: Server, database: str) -> None:
    """The table that the tenants' column refers to is theirs too: it has no policy here."""
    execute(server, database, _ODD)
    missing = ("0001_rls_disabled", "0002_rls_not_forced", "0003_no_policy", "0006_no_fence")
    expected = {(check, '"Odd App".orgs') for check in missing}
    expected.add(("0096_policies_not_first", '"Odd App"."current org"()'))
    assert about_the_odd(server, database) == expected


@pytest.mark.parametrize(
    ("predicate", "check"),
    [
        (f'{_OWN} OR (SELECT "Odd App"."current org"()) IS NULL', "0008_policy_open_without_context"),
        (f'{_OWN} OR "org id" IS NULL', "0009_policy_shares_rows"),
        ('"org id"::text = (SELECT "Odd App"."current org"()::text)', "0012_policy_casts_tenant"),
        ('"org id" = "Odd App"."current org"()', "0013_policy_not_in_subselect"),
        ("id IS NOT NULL", "0014_policy_without_tenant"),
        (f"{_OWN} OR id = '00000000-0000-0000-0000-000000000001'", "0015_policy_drifted"),
    ],
)
def test_other_names_are_found_in_policies(server: Server, database: str, predicate: str, check: str) -> None:
    execute(server, database, f"{_ODD} ALTER POLICY one ON {_LINES} USING ({predicate})")
    assert (check, f"one on {_LINES}") in about_the_odd(server, database)


def test_a_database_that_nobody_prepared_is_read(server: Server) -> None:
    result = audited(server, "postgres", names=RoleNames("nobody_here"))
    found = told(server, result)
    assert ("0046_role_missing", "nobody_here_app") in found
    assert ("0068_large_object_functions", "lo_get(oid)") in found
