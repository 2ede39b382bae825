"""What the application refuses to start on, each with its own reason."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.safety import (
    SafetyProblem,
    check_connection_limit,
    check_migrations,
    check_preparation,
    check_role,
    find_problems,
    version_problems,
)
from tenantapp.postgres.server_versions import FAULTS, minimum_minors
from tenantapp.postgres.sql_files import compose
from tenantapp.rls.audit.checks import parameters
from tenantapp.rls.audit.configuration import AuditConfiguration
from tenantapp.settings.load import ROOT
from tests.integration.platform.preparation.conftest import Connect, execute
from tests.support.databases import LIMITS
from tests.support.sealing import sealer_of

Connection = psycopg.Connection[Any]


@contextmanager
def changed(connection: Connection, change: str, undo: str, **names: str) -> Iterator[None]:
    execute(connection, change, **names)
    try:
        yield
    finally:
        execute(connection, undo, **names)


@pytest.fixture
def inside(connect: Connect, prepared: str) -> Iterator[Connection]:
    """Give a superuser's connection to the prepared database."""
    with connect(prepared) as connection:
        yield connection


def test_a_prepared_database_and_its_role_are_safe(app: Connection, names: RoleNames) -> None:
    assert check_role(app, names) == []
    assert check_preparation(app, names) == []


@pytest.mark.parametrize(
    "case",
    [
        ("ALTER ROLE {app} SUPERUSER", "ALTER ROLE {app} NOSUPERUSER", "is a superuser"),
        ("ALTER ROLE {app} BYPASSRLS", "ALTER ROLE {app} NOBYPASSRLS", "has BYPASSRLS"),
        ("ALTER ROLE {app} CREATEDB", "ALTER ROLE {app} NOCREATEDB", "has CREATEDB"),
        ("ALTER ROLE {app} CREATEROLE", "ALTER ROLE {app} NOCREATEROLE", "has CREATEROLE"),
        ("ALTER ROLE {app} REPLICATION", "ALTER ROLE {app} NOREPLICATION", "has REPLICATION"),
        ("GRANT {platform} TO {app}", "REVOKE {platform} FROM {app}", "is a member of role {platform}"),
        (
            "GRANT pg_read_all_data TO {app}",
            "REVOKE pg_read_all_data FROM {app}",
            "is a member of role pg_read_all_data",
        ),
        (
            "GRANT TEMPORARY ON DATABASE {database} TO {app}",
            "REVOKE TEMPORARY ON DATABASE {database} FROM {app}",
            "has TEMPORARY on database {database}",
        ),
        (
            "GRANT CREATE ON DATABASE {database} TO {app}",
            "REVOKE CREATE ON DATABASE {database} FROM {app}",
            "has CREATE on database {database}",
        ),
        (
            "GRANT CREATE ON SCHEMA tenancy TO {app}",
            "REVOKE CREATE ON SCHEMA tenancy FROM {app}",
            "has CREATE on schema tenancy",
        ),
        (
            "CREATE TABLE public.t (id int); GRANT TRUNCATE ON public.t TO {app}",
            "DROP TABLE public.t",
            "has TRUNCATE on t",
        ),
        (
            "CREATE TABLE public.t (id int); GRANT TRIGGER ON public.t TO PUBLIC",
            "DROP TABLE public.t",
            "has TRIGGER on t",
        ),
        (
            "CREATE TABLE public.t (id int); GRANT REFERENCES (id) ON public.t TO {app}",
            "DROP TABLE public.t",
            "has REFERENCES on t",
        ),
        (
            "CREATE TABLE public.t (); ALTER TABLE public.t OWNER TO {app}",
            "DROP TABLE public.t",
            "owns table t",
        ),
        (
            "CREATE FUNCTION public.f() RETURNS int RETURN 1; ALTER FUNCTION public.f() OWNER TO {app}",
            "DROP FUNCTION public.f()",
            "owns function f()",
        ),
    ],
)
def test_an_unsafe_role_is_refused_with_the_reason(
    inside: Connection, app: Connection, names: RoleNames, case: tuple[str, str, str]
) -> None:
    change, undo, reason = case
    used = {**names.as_values(), "database": app.info.dbname}
    with changed(inside, change, undo, **used):
        expected = SafetyProblem("role", f"role {names.app!r} {reason.format(**used)}", "error")
        assert check_role(app, names) == [expected]
    assert check_role(app, names) == []


def test_an_owner_of_the_schema_is_refused(inside: Connection, app: Connection, names: RoleNames) -> None:
    with changed(inside, "CREATE SCHEMA mine AUTHORIZATION {app}", "DROP SCHEMA mine", **names.as_values()):
        reasons = " ".join(problem.reason for problem in check_role(app, names))
    assert "owns schema mine" in reasons
    assert "has CREATE on schema mine" in reasons


def test_an_indirect_member_is_refused(inside: Connection, app: Connection, names: RoleNames) -> None:
    with (
        changed(inside, "GRANT {platform} TO {app}", "REVOKE {platform} FROM {app}", **names.as_values()),
        changed(inside, "GRANT {owner} TO {platform}", "REVOKE {owner} FROM {platform}", **names.as_values()),
    ):
        reasons = {problem.reason for problem in check_role(app, names)}
    assert f"role {names.app!r} is a member of role {names.owner}" in reasons


def test_another_role_is_refused(owner: Connection, names: RoleNames) -> None:
    reasons = [problem.reason for problem in check_role(owner, names)]
    assert f"role {names.owner!r} is not the application's, {names.app!r}" in reasons
    assert any("owns schema tenancy" in reason for reason in reasons)


def test_a_superuser_in_the_guise_of_the_application_is_refused(inside: Connection, names: RoleNames) -> None:
    with changed(inside, "SET ROLE {app}", "RESET ROLE", **names.as_values()):
        reasons = " ".join(problem.reason for problem in check_role(inside, names))
    assert "is a superuser" in reasons
    assert f"acts as another role, {names.app}" in reasons


def test_settings_a_role_left_itself_are_a_warning(app: Connection, names: RoleNames) -> None:
    with changed(app, "ALTER ROLE CURRENT_USER SET work_mem = '64GB'", "ALTER ROLE CURRENT_USER RESET ALL"):
        (problem,) = check_role(app, names)
    assert problem.severity == "warning"
    assert "work_mem=64GB" in problem.reason


def test_an_unprepared_database_is_refused(
    connect: Connect, names: RoleNames, make_database: Callable[..., str]
) -> None:
    with connect(make_database(), names.app) as app:
        problems = check_preparation(app, names)
    refused = " ".join(problem.reason for problem in problems if problem.severity == "error")
    warned = " ".join(problem.reason for problem in problems if problem.severity == "warning")
    assert "schema tenancy does not exist" in refused
    assert "public has TEMPORARY" in refused
    assert "open to PUBLIC" in refused
    assert "these measures take a superuser and are missing: " in warned
    assert "languages, large_objects" in warned


def test_missing_roles_are_a_reason(app: Connection) -> None:
    (problem,) = check_preparation(app, RoleNames("test_nobody"))
    assert problem.severity == "error"
    assert "flask roles create" in problem.reason


def test_migrations_missing_behind_unknown_and_right(
    inside: Connection, app: Connection, names: RoleNames
) -> None:
    def reason() -> str:
        (problem,) = check_migrations(app, {"b"}, {"a", "b"})
        assert problem.severity == "error"
        return problem.reason

    assert "no migration was run" in reason()
    with changed(
        inside,
        "CREATE TABLE public.alembic_version (version_num varchar(32) PRIMARY KEY)",
        "DROP TABLE public.alembic_version",
    ):
        assert "permission denied" in reason()
        execute(inside, "GRANT SELECT ON public.alembic_version TO {app}", app=names.app)
        assert "is at no revision, not at b" in reason()
        inside.execute("INSERT INTO public.alembic_version VALUES ('a')")
        assert "is at a, not at b: run `flask db upgrade`" in reason()
        inside.execute("UPDATE public.alembic_version SET version_num = 'z'")
        assert "is at z, unknown here" in reason()
        inside.execute("UPDATE public.alembic_version SET version_num = 'b'")
        assert check_migrations(app, {"b"}, {"a", "b"}) == []
        with changed(
            inside,
            "CREATE FUNCTION tenancy.bind(text) RETURNS text RETURN NULL; "
            "GRANT EXECUTE ON FUNCTION tenancy.bind TO {app}",
            "DROP FUNCTION tenancy.bind",
            app=names.app,
        ):
            sealer = sealer_of(app.info.dbname)
            assert find_problems(app, names, sealer, heads={"b"}, revisions={"a", "b"}) == []


@pytest.mark.parametrize("version", [150_018, 150_019, 160_014, 170_010, 180_004, 190_000])
def test_a_server_with_the_fixes_is_accepted(version: int) -> None:
    assert version_problems(version) == []


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (150_017, "15.17 has known faults that pass row-level security: update to 15.18"),
        (160_013, "16.14"),
        (170_009, "17.10"),
        (180_003, "18.4"),
    ],
)
def test_a_server_without_the_fixes_is_refused_and_in_development_warned_of(version: int, told: str) -> None:
    (problem,) = version_problems(version)
    assert (problem.severity, told in problem.reason) == ("error", True)
    (problem,) = version_problems(version, development=True)
    assert (problem.severity, told in problem.reason) == ("warning", True)


def test_start_up_and_the_audit_ask_for_the_same_releases() -> None:
    assert minimum_minors() == {15: 18, 16: 14, 17: 10, 18: 4}
    names = RoleNames("tenantapp")
    check = compose("audits/0086_server_version.sql", parameters(names, AuditConfiguration())).as_string()
    for fault in FAULTS:
        releases = ", ".join(f"'{release}'" for release in fault.mended_in)
        assert f"('{fault.told}', ARRAY[{releases}]" in check


def test_deployment_names_the_same_releases() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    releases = ", ".join(f"{major}.{minor}" for major, minor in sorted(minimum_minors().items()))
    assert f"PostgreSQL {releases} or later" in page


def test_a_major_version_that_lacks_what_is_used_is_refused_in_development_too() -> None:
    (problem,) = version_problems(140_023, development=True)
    assert problem.severity == "error"


def test_fewer_sessions_than_the_processes_ask_for_are_a_warning(app: Connection) -> None:
    allowed = LIMITS.app_connections
    assert check_connection_limit(app, allowed) == []
    (problem,) = check_connection_limit(app, allowed + 1)
    assert problem.severity == "warning"
    assert f"may have {allowed} sessions" in problem.reason
    assert "APP_CONNECTION_LIMIT" in problem.reason


def test_a_role_without_a_limit_has_sessions_enough(
    inside: Connection, app: Connection, names: RoleNames
) -> None:
    limited = f"ALTER ROLE {{app}} CONNECTION LIMIT {LIMITS.app_connections}"
    with changed(inside, "ALTER ROLE {app} CONNECTION LIMIT -1", limited, app=names.app):
        assert check_connection_limit(app, 1_000_000) == []
