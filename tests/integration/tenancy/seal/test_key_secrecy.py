"""The key is nowhere that SQL of the application's role could look."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tenantapp.embedded.binaries import installation
from tenantapp.postgres.roles import RoleNames
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tests.integration.tenancy.seal.conftest import Connection, enter
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

COLUMNS = ("ipad", "opad", "blind")
TALKATIVE = {
    "client_min_messages": "debug5",
    "debug_print_parse": "on",
    "debug_print_rewritten": "on",
    "debug_print_plan": "on",
    "debug_pretty_print": "off",
    "plpgsql.print_strict_params": "on",
    "plpgsql.extra_warnings": "all",
    "plpgsql.check_asserts": "on",
}


@pytest.fixture
def secrets(server: Server, shared_database: str) -> list[str]:
    """The forms in which a key, its pads and the blind would show."""
    with server.connect("bootstrap", shared_database) as superuser:
        query = sql.SQL("SELECT {} FROM tenancy.context_keys").format(
            sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
        )
        rows = superuser.execute(query).fetchall()
    values = [PUBLISHED_CONTEXT_KEY.secret, *(bytes(value) for row in rows for value in row)]
    assert len(values) == 1 + len(COLUMNS)
    return [
        form
        for value in values
        for form in (value[:8].hex(), " ".join(str(b - 256 * (b > 127)) for b in value[:8]))
    ]


def _assert_hidden(secrets: list[str], *shown: object) -> None:
    text = " ".join(map(str, shown)).lower()
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize("role", ["app", "platform"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT key_id FROM tenancy.context_keys",
        "TABLE tenancy.context_keys",
        "INSERT INTO tenancy.context_keys VALUES ('mine', '', '', '')",
        "UPDATE tenancy.context_keys SET ipad = ''",
        "DELETE FROM tenancy.context_keys",
        "TRUNCATE tenancy.context_keys",
        "COPY tenancy.context_keys TO STDOUT",
        "CREATE OR REPLACE FUNCTION tenancy.verified_context() RETURNS text[] RETURN ARRAY['v2']",
        "ALTER FUNCTION tenancy.verified_context() SET search_path = public",
        "DROP FUNCTION tenancy.verified_context() CASCADE",
        "SET ROLE {sealer}",
        "SET SESSION AUTHORIZATION {sealer}",
        "GRANT {sealer} TO {me}",
    ],
)
def test_the_keys_are_out_of_reach(
    server: Server, shared_database: str, names: RoleNames, role: str, statement: str
) -> None:
    roles = {"sealer": sql.Identifier(names.sealer), "me": sql.Identifier(getattr(names, role))}
    with (
        server.connect(role, shared_database) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(sql.SQL(statement).format(**roles))


def test_no_role_but_the_sealer_and_the_owner_may_read_them(
    server: Server, shared_database: str, names: RoleNames
) -> None:
    with server.connect("bootstrap", shared_database) as superuser:
        readers = superuser.execute(
            """SELECT coalesce(r.rolname, 'public') FROM pg_class c
               CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
               WHERE c.oid = 'tenancy.context_keys'::regclass AND a.privilege_type = 'SELECT'"""
        ).fetchall()
        members = superuser.execute(
            """SELECT m.member::regrole::text FROM pg_auth_members m WHERE m.roleid = %s::regrole""",
            (names.sealer,),
        ).fetchall()
    assert {row[0] for row in readers} == {names.owner, names.sealer}
    # The owner hands it functions; whoever runs migrations has installed the keys.
    assert members == [(names.owner,)]


def test_the_key_is_in_no_function_and_no_catalog_that_the_role_reads(
    attacker: Connection, secrets: list[str]
) -> None:
    _assert_hidden(
        secrets,
        attacker.execute("SELECT prosrc, prosqlbody, proconfig FROM pg_proc WHERE prosrc <> ''").fetchall(),
        attacker.execute("SELECT * FROM pg_settings").fetchall(),
        attacker.execute("SELECT * FROM pg_stats WHERE schemaname = 'tenancy'").fetchall(),
    )


def test_nothing_of_the_keys_is_sampled(server: Server, database: str) -> None:
    with server.connect("bootstrap", database) as superuser:
        superuser.execute("ANALYZE tenancy.context_keys")
        sampled = """SELECT a.attname FROM pg_statistic s JOIN pg_attribute a ON a.attrelid = s.starelid
                     AND a.attnum = s.staattnum WHERE s.starelid = 'tenancy.context_keys'::regclass"""
        assert {row[0] for row in superuser.execute(sampled)} <= {"created_at"}


def test_no_debug_setting_plan_or_error_tells_the_key(
    attacker: Connection, token: str, secrets: list[str], tenant: TenantUnderTest
) -> None:
    heard: list[Any] = []

    def note(diagnostic: psycopg.errors.Diagnostic) -> None:
        heard.extend(getattr(diagnostic, name) for name in dir(diagnostic) if not name.startswith("__"))

    attacker.add_notice_handler(note)
    for name, value in TALKATIVE.items():
        # Some are a superuser's to set, and then of no use to an attacker.
        with suppress(psycopg.errors.InsufficientPrivilege):
            attacker.execute("SELECT set_config(%s, %s, false)", (name, value))
    with attacker.transaction():
        assert enter(attacker, token) == tenant.id
        for options in ("ANALYZE, VERBOSE", "VERBOSE, GENERIC_PLAN", "ANALYZE, VERBOSE, SETTINGS"):
            try:
                with attacker.transaction():
                    heard += attacker.execute(f"EXPLAIN ({options}) SELECT * FROM customers").fetchall()
            except psycopg.errors.SyntaxError:
                # PostgreSQL 15 has no GENERIC_PLAN.
                assert "GENERIC_PLAN" in options
    for forged in ("nonsense", token[:-1], f"{token}.", "\u20ac.\ud7ff."):
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
            enter(attacker, forged)
        note(caught.value.diag)
    assert heard
    _assert_hidden(secrets, *heard)


def test_a_dump_as_it_is_documented_holds_the_table_and_no_key(
    server: Server, shared_database: str, secrets: list[str]
) -> None:
    # The newest one's program reads every supported server.
    program = installation(18) / "bin" / "pg_dump"
    address = server.address("bootstrap", shared_database).set(drivername="postgresql")

    def dump(*options: str) -> str:
        command = [program, *options, "--table=tenancy.context_keys", "--dbname"]
        shown = address.render_as_string(hide_password=False)
        return subprocess.run([*command, shown], capture_output=True, check=True, text=True).stdout

    whole, documented = dump(), dump("--exclude-table-data=tenancy.context_keys")
    assert PUBLISHED_CONTEXT_KEY.id in whole
    assert "CREATE TABLE tenancy.context_keys" in documented
    assert PUBLISHED_CONTEXT_KEY.id not in documented
    _assert_hidden(secrets, documented)
