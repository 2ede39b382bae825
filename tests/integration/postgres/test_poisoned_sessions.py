"""What any SQL leaves on a session, or to all later sessions of its role, harms nobody who comes after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tenantapp.platform.preparation import create_roles
from tenantapp.postgres import cleaning, own_settings
from tenantapp.postgres import connection as connections
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.errors import UnsafeRole
from tenantapp.postgres.own_settings import start_without_own_settings
from tests.integration.postgres.conftest import OF_ONE, MakeApp
from tests.support.backends import all_returned, begin_bound, pool_of
from tests.support.databases import LIMITS, PASSWORDS, Server
from tests.support.tenants import TenantUnderTest, make_tenant

CUSTOMERS = "/api/v1/customers"
# Two connections that begin at once would change the role at once, which a test must not meet.
POISON = {
    "search_path": "pg_temp",
    "statement_timeout": "1ms",
    "timezone": "Asia/Tokyo",
    "row_security": "off",
    "default_transaction_read_only": "on",
    "transform_null_equals": "on",
}
OF_THE_ROLE = (
    "SELECT setdatabase = 0, setconfig FROM pg_db_role_setting WHERE setrole = session_user::regrole"
)
# RESET refuses some settings since then.
FIXED_SINCE = 160_000
OF_THE_OPERATOR = [(True, [f"temp_file_limit={LIMITS.temp_file_mb}MB"])]


@pytest.fixture
def attacker(server: Server, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the application's role, which runs any SQL; what it leaves its role is gone after."""
    with server.connect("app", database) as connection:
        yield connection
        connection.execute("ALTER ROLE CURRENT_USER RESET ALL")
        connection.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{database}" RESET ALL')


def _show(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return str(row[0])


def _poison(attacker: psycopg.Connection[Any], where: str) -> None:
    for name, value in POISON.items():
        attacker.execute(f"ALTER ROLE CURRENT_USER {where} SET {name} = '{value}'")


def _next_backend(tenant: TenantUnderTest) -> int:
    """Let a request have the one connection, and return its backend."""
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    all_returned(tenant.app)
    with closing(pool_of(tenant.app).connect()) as connection:
        return int(connection.info.backend_pid)


def test_each_begin_pins_the_path_by_which_names_are_found(first: TenantUnderTest) -> None:
    connection = pool_of(first.app).connect()
    begin_bound(connection, first.context)
    connection.execute("SET search_path = control, pg_temp")
    connection.commit()
    assert _show(connection, "search_path") == "control, pg_temp"
    connection.rollback()
    begin_bound(connection, first.context)
    assert _show(connection, "search_path") == "public"
    connection.close()


@pytest.mark.parametrize("where", ["", 'IN DATABASE "{database}"'])
def test_settings_that_the_role_was_left_are_removed_and_start_no_session_of_the_pool(
    attacker: psycopg.Connection[Any], make_app: MakeApp, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    _poison(attacker, where.format(database=attacker.info.dbname))
    app = make_app(**OF_ONE)
    assert make_tenant(app).create(CUSTOMERS, name="Ada", email="ada@example.com")["name"] == "Ada"
    connection = pool_of(app).connect()
    shown = {name: _show(connection, name) for name in POISON}
    connection.close()
    assert shown == {
        "search_path": "public",
        "statement_timeout": "8s",
        "timezone": "UTC",
        "row_security": "on",
        "default_transaction_read_only": "off",
        "transform_null_equals": "off",
    }
    assert attacker.execute(OF_THE_ROLE).fetchall() == OF_THE_OPERATOR
    assert "the role had settings of its own, which are removed: " in caplog.text


def test_settings_passed_at_the_start_of_a_session_win_over_those_of_the_role(
    attacker: psycopg.Connection[Any], make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    _poison(attacker, "")
    monkeypatch.setattr(connections, "start_without_own_settings", lambda _: None)
    connection = pool_of(make_app(**OF_ONE)).connect()
    shown = {name: _show(connection, name) for name in POISON}
    connection.close()
    assert (shown["search_path"], shown["statement_timeout"], shown["timezone"]) == ("public", "8s", "UTC")
    # The others are why they are removed.
    assert shown["row_security"] == "off"


def test_a_session_that_began_before_they_were_removed_starts_again(
    server: Server, database: str, attacker: psycopg.Connection[Any]
) -> None:
    attacker.execute("ALTER ROLE CURRENT_USER SET row_security = off")
    with server.connect("app", database, autocommit=False) as connection:
        attacker.execute("ALTER ROLE CURRENT_USER RESET ALL")
        start_without_own_settings(connection)
        assert _show(connection, "row_security") == "on"


def test_what_a_superuser_gave_the_role_stays(attacker: psycopg.Connection[Any], make_app: MakeApp) -> None:
    attacker.execute("ALTER ROLE CURRENT_USER SET row_security = off")
    connection = pool_of(make_app(**OF_ONE)).connect()
    shown = _show(connection, "temp_file_limit"), _show(connection, "row_security")
    connection.close()
    assert shown == (f"{LIMITS.temp_file_mb}MB", "on")


def test_a_session_whose_settings_cannot_be_removed_is_refused(
    server: Server, database: str, attacker: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    attacker.execute("ALTER ROLE CURRENT_USER SET row_security = off")
    monkeypatch.setattr(own_settings, "resets", lambda *_: sql.SQL("SELECT 1"))
    with (
        server.connect("app", database, autocommit=False) as connection,
        pytest.raises(UnsafeRole, match="row_security=off: run `flask roles create`"),
    ):
        start_without_own_settings(connection)


@pytest.mark.parametrize(
    "left",
    [
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM CURRENT_USER",
        "ALTER ROLE CURRENT_USER SET local_preload_libraries = 'absent'",
        "ALTER ROLE CURRENT_USER SET transaction_timeout = '1ms'",
        # The driver does not know it.
        "ALTER ROLE CURRENT_USER SET client_encoding = 'EUC_TW'",
        # Not among the settings that the server shows.
        "ALTER ROLE CURRENT_USER SET role = 'none'",
        "ALTER ROLE CURRENT_USER SET session_authorization = '{user}'",
        # Not known before the library is loaded, which this session has done.
        "ALTER ROLE CURRENT_USER SET plpgsql.extra_errors = 'all'",
        'ALTER ROLE CURRENT_USER IN DATABASE "{database}" SET plpgsql.check_asserts = off',
        "ALTER ROLE CURRENT_USER SET search_path = '{long}'",
        "ALTER ROLE CURRENT_USER SET local_preload_libraries = '{long}'",
    ],
    ids=lambda left: left.removeprefix("ALTER "),
)
def test_nothing_that_the_role_was_left_keeps_the_next_session_from_beginning(
    attacker: psycopg.Connection[Any], make_app: MakeApp, left: str, caplog: pytest.LogCaptureFixture
) -> None:
    if "transaction_timeout" in left and attacker.info.server_version < 170_000:
        with pytest.raises(psycopg.errors.UndefinedObject):
            attacker.execute(left)
        return
    attacker.execute("SELECT plpgsql_validator(n) FROM (SELECT NULL::oid AS n OFFSET 0) AS q")
    values = {"user": attacker.info.user, "database": attacker.info.dbname, "long": "x" * 20_000_000}
    attacker.execute(left.format(**values))
    with closing(pool_of(make_app(**OF_ONE)).connect()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert attacker.execute(OF_THE_ROLE).fetchall() == OF_THE_OPERATOR
    assert len(caplog.text) < 2_000


@pytest.mark.parametrize("fixed", ["transaction_read_only = on", "seed = 0"])
def test_a_setting_that_no_role_may_reset_ends_no_session_and_keeps_no_other_from_being_removed(
    server: Server,
    attacker: psycopg.Connection[Any],
    make_app: MakeApp,
    fixed: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    attacker.execute(f"ALTER ROLE CURRENT_USER SET {fixed}")
    attacker.execute("ALTER ROLE CURRENT_USER SET row_security = off")
    app = make_app(**OF_ONE)
    assert make_tenant(app).create(CUSTOMERS, name="Ada", email="ada@example.com")["name"] == "Ada"
    (left,) = attacker.execute(OF_THE_ROLE).fetchall()
    assert not any(setting.startswith("row_security=") for setting in left[1])
    if attacker.info.server_version < FIXED_SINCE:
        assert [left] == OF_THE_OPERATOR
    else:
        assert fixed.replace(" ", "") in left[1]
        assert f"without effect that a superuser can remove: {fixed.replace(' ', '')}" in caplog.text
        with server.connect("bootstrap", "postgres") as superuser:
            create_roles(superuser, server.names, PASSWORDS, LIMITS)
        assert attacker.execute(OF_THE_ROLE).fetchall() == OF_THE_OPERATOR


def test_a_library_that_is_not_there_keeps_sessions_that_name_none_from_beginning(
    server: Server, database: str, attacker: psycopg.Connection[Any]
) -> None:
    attacker.execute("ALTER ROLE CURRENT_USER SET local_preload_libraries = 'absent'")
    with pytest.raises(psycopg.OperationalError, match="absent"), server.connect("app", database):
        pass


def test_an_advisory_lock_ends_with_the_loan(server: Server, database: str, make_app: MakeApp) -> None:
    functions = "pg_try_advisory_lock(bigint), pg_advisory_unlock_all()"
    with server.connect("bootstrap", database) as superuser:
        # As where the bootstrap role may not deny them.
        superuser.execute(f"GRANT EXECUTE ON FUNCTION {functions} TO PUBLIC")
    app = make_app(**OF_ONE)
    take = "SELECT pg_try_advisory_lock(1)"
    with server.connect("app", database) as neighbour:
        connection = pool_of(app).connect()
        assert connection.execute(take).fetchone() == (True,)
        connection.commit()
        assert neighbour.execute(take).fetchone() == (False,)
        connection.close()
        all_returned(app)
        pool_of(app).connect().close()
        assert neighbour.execute(take).fetchone() == (True,)


@pytest.mark.parametrize("leave", ["PREPARE planted AS SELECT 1", 'DEALLOCATE "{prepared}"'])
def test_a_connection_whose_statements_sql_has_changed_is_closed(first: TenantUnderTest, leave: str) -> None:
    for _ in range(7):
        backend = _next_backend(first)
    with closing(pool_of(first.app).connect()) as connection:
        query = "SELECT name FROM pg_prepared_statements WHERE NOT from_sql LIMIT 1"
        row = connection.execute(query).fetchone()
        assert row is not None
        connection.execute(leave.format(prepared=row[0]))
        connection.commit()
    assert _next_backend(first) != backend


def test_a_connection_that_cannot_be_cleaned_is_closed(
    first: TenantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = _next_backend(first)
    with monkeypatch.context() as patched:
        patched.setattr(cleaning, "_CLEAN", b"SELECT 1/0")
        connection: TenantConnection = pool_of(first.app).connect()
        connection.close()
    assert _next_backend(first) != backend
