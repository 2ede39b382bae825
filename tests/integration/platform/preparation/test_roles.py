"""`roles create`: the roles have just what they need, whatever they had before."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tenantapp.platform.errors import PreparationError
from tenantapp.platform.preparation import Passwords, RoleLimits, create_roles, roles_script
from tenantapp.postgres.roles import RoleNames
from tests.integration.platform.preparation.conftest import Connect, execute
from tests.support.databases import LIMITS

PASSWORDS = Passwords("secret", "secret", "secret")
Connection = psycopg.Connection[Any]
ATTRIBUTES = "rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"


def attributes(superuser: Connection, role: str) -> tuple[bool, ...]:
    query = f"SELECT {ATTRIBUTES} FROM pg_roles WHERE rolname = %s"
    return superuser.execute(query, [role]).fetchone()


def memberships(superuser: Connection, names: RoleNames) -> list[tuple[str, str]]:
    query = """SELECT m.member::regrole::text, m.roleid::regrole::text FROM pg_auth_members m
               JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = ANY (%s) ORDER BY 2"""
    return superuser.execute(query, [list(names.as_values().values())]).fetchall()


def settings_of(superuser: Connection, role: str) -> list[str]:
    query = """SELECT unnest(s.setconfig) FROM pg_db_role_setting s
               JOIN pg_roles r ON r.oid = s.setrole WHERE rolname = %s"""
    return [setting for (setting,) in superuser.execute(query, [role])]


def wanted(names: RoleNames) -> list[tuple[str, str]]:
    return [(names.watchdog, names.app), (names.owner, names.directory), (names.owner, names.sealer)]


@pytest.mark.parametrize(
    ("purpose", "may_log_in"),
    [("owner", True), ("app", True), ("platform", True), ("directory", False), ("sealer", False)],
)
def test_a_role_may_log_in_or_not_and_nothing_else(
    superuser: Connection, names: RoleNames, purpose: str, may_log_in: bool
) -> None:
    role = names.as_values()[purpose]
    assert attributes(superuser, role) == (may_log_in, False, False, False, False, False, False)


def test_the_owner_is_a_member_of_the_roles_that_own_functions_and_the_watchdog_of_the_applications(
    superuser: Connection, names: RoleNames
) -> None:
    assert memberships(superuser, names) == wanted(names)


def test_the_watchdog_logs_in_where_it_has_a_password(
    superuser: Connection, connect: Connect, names: RoleNames, prepared: str
) -> None:
    assert attributes(superuser, names.watchdog) == (False, True, False, False, False, False, False)
    with_watchdog = Passwords("secret", "secret", "secret", watchdog="secret")
    assert create_roles(superuser, names, with_watchdog, LIMITS).with_status("done") == (
        "attributes",
        "passwords",
    )
    connect(prepared, names.watchdog).__enter__().close()
    assert create_roles(superuser, names, PASSWORDS, LIMITS).with_status("done") == (
        "attributes",
        "passwords",
    )
    with pytest.raises(psycopg.OperationalError, match=r"not permitted to log in|authentication failed"):
        connect(prepared, names.watchdog)


def test_the_watchdog_may_become_nobody_but_the_applications_role(
    superuser: Connection, connect: Connect, names: RoleNames, prepared: str
) -> None:
    execute(superuser, "GRANT {owner} TO {watchdog}", owner=names.owner, watchdog=names.watchdog)
    report = create_roles(superuser, names, PASSWORDS, LIMITS)
    assert report.with_status("done") == ("no_memberships", "passwords")
    assert memberships(superuser, names) == wanted(names)
    with connect() as watchdog:
        execute(watchdog, "SET SESSION AUTHORIZATION {watchdog}", watchdog=names.watchdog)
        execute(watchdog, "SET ROLE {app}", app=names.app)
        for name in (names.owner, names.platform, names.sealer, names.directory):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                execute(watchdog, "SET ROLE {role}", role=name)


def test_a_second_run_changes_nothing_but_the_passwords(superuser: Connection, names: RoleNames) -> None:
    report = create_roles(superuser, names, PASSWORDS, LIMITS)
    assert report.with_status("done") == ("passwords",)
    assert report.with_status("not possible") == ()


@pytest.mark.parametrize(
    "attribute",
    ["SUPERUSER", "BYPASSRLS", "CREATEDB", "CREATEROLE", "REPLICATION", "INHERIT", "NOLOGIN"],
)
def test_a_wrong_attribute_is_repaired(superuser: Connection, names: RoleNames, attribute: str) -> None:
    before = attributes(superuser, names.app)
    execute(superuser, f"ALTER ROLE {{app}} {attribute}", app=names.app)
    assert attributes(superuser, names.app) != before
    report = create_roles(superuser, names, PASSWORDS, LIMITS)
    assert report.with_status("done") == ("attributes", "passwords")
    assert attributes(superuser, names.app) == before


def test_memberships_are_revoked_whoever_granted_them(superuser: Connection, names: RoleNames) -> None:
    execute(
        superuser, "GRANT {owner} TO {platform} WITH ADMIN OPTION", owner=names.owner, platform=names.platform
    )
    execute(superuser, "SET ROLE {platform}", platform=names.platform)
    execute(superuser, "GRANT {owner} TO {app}", owner=names.owner, app=names.app)
    superuser.execute("RESET ROLE")
    report = create_roles(superuser, names, PASSWORDS, LIMITS)
    assert report.with_status("done") == ("no_memberships", "passwords")
    assert memberships(superuser, names) == wanted(names)


def test_settings_that_a_role_left_itself_are_reset(
    superuser: Connection, connect: Connect, names: RoleNames, prepared: str
) -> None:
    with connect(prepared, names.app) as app:
        app.execute("ALTER ROLE CURRENT_USER SET search_path = 'pg_temp'")
        execute(app, "ALTER ROLE CURRENT_USER IN DATABASE {name} SET statement_timeout = 0", name=prepared)
    report = create_roles(superuser, names, PASSWORDS, LIMITS)
    assert report.with_status("done") == ("settings", "passwords")
    assert settings_of(superuser, names.app) == [f"temp_file_limit={LIMITS.temp_file_mb}MB"]


def test_the_limits_are_those_of_the_last_run(
    superuser: Connection, connect: Connect, names: RoleNames, prepared: str
) -> None:
    others = RoleLimits(app_connections=2, platform_connections=3, temp_file_mb=1)
    report = create_roles(superuser, names, PASSWORDS, others)
    try:
        assert report.with_status("done") == ("connection_limits", "temporary_files", "passwords")
        assert settings_of(superuser, names.platform) == ["temp_file_limit=1MB"]
        with (
            connect(prepared, names.platform),
            connect(prepared, names.platform),
            connect(prepared, names.platform),
        ):
            assert create_roles(superuser, names, PASSWORDS, others).with_status("not possible") == ()
            with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
                connect(prepared, names.platform)
        with (
            connect(prepared, names.platform) as platform,
            pytest.raises(psycopg.errors.ConfigurationLimitExceeded),
        ):
            platform.execute("SELECT count(*) FROM generate_series(1, 500000)")
    finally:
        create_roles(superuser, names, PASSWORDS, LIMITS)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER ROLE CURRENT_USER CONNECTION LIMIT -1",
        "ALTER ROLE CURRENT_USER SET temp_file_limit = -1",
        "ALTER ROLE CURRENT_USER RESET temp_file_limit",
        "SET temp_file_limit = -1",
    ],
)
def test_a_role_cannot_lift_its_limits(
    connect: Connect, names: RoleNames, prepared: str, statement: str
) -> None:
    with connect(prepared, names.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


def test_a_role_that_resets_all_its_settings_keeps_its_limit(
    superuser: Connection, connect: Connect, names: RoleNames, prepared: str
) -> None:
    with connect(prepared, names.app) as app:
        app.execute("ALTER ROLE CURRENT_USER RESET ALL")
    assert settings_of(superuser, names.app) == [f"temp_file_limit={LIMITS.temp_file_mb}MB"]


def test_no_plain_password_is_sent(
    superuser: Connection, names: RoleNames, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    execute_plainly = superuser.execute

    def record(query: Any, *args: Any, **kwargs: Any) -> Any:
        sent.append(query.as_string() if isinstance(query, sql.Composable) else str(query))
        return execute_plainly(query, *args, **kwargs)

    monkeypatch.setattr(superuser, "execute", record)
    create_roles(superuser, names, Passwords("plain-owner", "plain-app", "plain-platform"), LIMITS)
    monkeypatch.undo()
    create_roles(superuser, names, PASSWORDS, LIMITS)
    assert "SCRAM-SHA-256$" in "".join(sent)
    assert "plain-" not in "".join(sent) + roles_script(
        names, Passwords("plain-a", "plain-b", "plain-c"), LIMITS
    )


def test_passwords_are_not_shown() -> None:
    assert "secret" not in repr(PASSWORDS)


def test_several_programs_may_create_the_same_roles_at_once(
    connect: Connect, make_names: Callable[[], RoleNames]
) -> None:
    names = make_names()

    def create(_: int) -> bool:
        with connect() as connection:
            return create_roles(connection, names, PASSWORDS, LIMITS).acceptable

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(create, range(8)))


def test_a_connection_in_a_transaction_is_refused(
    bootstrap: Any, superuser: Connection, names: RoleNames
) -> None:
    address = bootstrap.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection, pytest.raises(PreparationError, match="autocommit"):
        create_roles(connection, names, PASSWORDS, LIMITS)


@pytest.mark.parametrize("prefix", ["", "Acme", "1st", 'a"b', "a$$b", "a" * 42, "a\n"])
def test_a_prefix_that_needs_quoting_or_cutting_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="no prefix of role names"):
        RoleNames(prefix)
