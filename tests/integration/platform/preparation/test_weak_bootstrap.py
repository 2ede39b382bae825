"""A bootstrap role that is no superuser, as managed services give: what it cannot do is said."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tenantapp.platform.errors import PreparationError
from tenantapp.platform.preparation import Passwords, create_database, create_roles, prepare_database
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.safety import check_preparation, check_role
from tests.integration.platform.preparation.conftest import Connect, execute
from tests.support.databases import LIMITS

PASSWORDS = Passwords("secret", "secret", "secret")
Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def weak(superuser: Connection, bootstrap: Any) -> Iterator[str]:
    """Give the name of a role that may create roles and databases, and drop what it owns at the end."""
    role = f"test_{secrets.token_hex(4)}_weak"
    execute(superuser, "CREATE ROLE {role} LOGIN CREATEROLE CREATEDB PASSWORD 'secret'", role=role)
    execute(superuser, "GRANT CONNECT ON DATABASE {name} TO {role}", name=bootstrap.database, role=role)
    yield role
    execute(superuser, "DROP OWNED BY {role} CASCADE", role=role)
    execute(superuser, "DROP ROLE {role}", role=role)


@pytest.fixture(scope="module")
def weakly_prepared(
    superuser: Connection,
    connect: Connect,
    make_names: Callable[[], RoleNames],
    weak: str,
) -> Iterator[tuple[str, RoleNames, Any]]:
    names, database = make_names(), f"test_{secrets.token_hex(4)}"
    with connect(None, weak) as connection:
        assert create_roles(connection, names, PASSWORDS, LIMITS).with_status("not possible") == (
            "temporary_files",
        )
        create_database(connection, database)
    with connect(database, weak) as connection:
        report = prepare_database(connection, names)
    yield database, names, report
    execute(superuser, "DROP DATABASE {name} WITH (FORCE)", name=database)
    for role in names.as_values().values():
        execute(superuser, "DROP OWNED BY {role} CASCADE", role=role)
        execute(superuser, "DROP ROLE {role}", role=role)


def test_all_that_a_start_requires_is_done(weakly_prepared: tuple[str, RoleNames, Any]) -> None:
    _, _, report = weakly_prepared
    assert report.acceptable
    assert set(report.with_status("done")) >= {
        "schemas",
        "default_privileges",
        "database",
        "database_owner",
    }


def test_what_needs_a_superuser_is_reported_with_the_role(
    weakly_prepared: tuple[str, RoleNames, Any], weak: str
) -> None:
    outcomes = {outcome.measure: outcome for outcome in weakly_prepared[2].outcomes}
    for measure in (
        "languages",
        "large_objects",
        "advisory_locks",
        "backend_signals",
        "activity",
        "views",
    ):
        assert outcomes[measure].status == "not possible"
        assert f"with role {weak!r}" in outcomes[measure].reason
    assert "public may call lo_" in outcomes["large_objects"].reason


def test_a_second_run_says_the_same(
    weakly_prepared: tuple[str, RoleNames, Any], connect: Connect, weak: str
) -> None:
    database, names, first = weakly_prepared
    with connect(None, weak) as connection:
        assert create_roles(connection, names, PASSWORDS, LIMITS).with_status("done") == ("passwords",)
    with connect(database, weak) as connection:
        second = prepare_database(connection, names)
    assert second.with_status("done") == ()
    assert second.with_status("not possible") == first.with_status("not possible")


def test_the_application_starts_with_one_warning(
    weakly_prepared: tuple[str, RoleNames, Any], connect: Connect
) -> None:
    database, names, _ = weakly_prepared
    with connect(database, names.app) as app:
        assert check_role(app, names) == []
        problems = check_preparation(app, names)
    (problem,) = problems
    assert problem.severity == "warning"
    assert "these measures take a superuser and are missing: " in problem.reason


def test_a_superuser_finishes_what_was_left(
    weakly_prepared: tuple[str, RoleNames, Any], connect: Connect
) -> None:
    database, names, _ = weakly_prepared
    with connect(database) as connection:
        assert prepare_database(connection, names).acceptable
    with connect(database, names.app) as app:
        assert check_preparation(app, names) == []


def test_the_limit_that_needs_a_superuser_is_reported_with_its_reason(
    superuser: Connection, weakly_prepared: tuple[str, RoleNames, Any], connect: Connect, weak: str
) -> None:
    names = weakly_prepared[1]
    with connect(None, weak) as connection:
        report = create_roles(connection, names, PASSWORDS, LIMITS)
        (told,) = [outcome for outcome in report.outcomes if outcome.measure == "temporary_files"]
        assert (told.status, report.acceptable) == ("not possible", True)
        assert 'permission denied to set parameter "temp_file_limit"' in told.reason
        assert f"with role {weak!r}" in told.reason
        execute(superuser, "GRANT SET ON PARAMETER temp_file_limit TO {weak}", weak=weak)
        report = create_roles(connection, names, PASSWORDS, LIMITS)
        assert report.with_status("done") == ("temporary_files", "passwords")


def test_a_role_that_may_not_create_databases_is_told_so(
    connect: Connect, prepared: str, names: RoleNames
) -> None:
    with (
        connect(prepared, names.owner) as owner,
        pytest.raises(PreparationError, match="cannot create database"),
    ):
        create_database(owner, "test_never")


def test_roles_of_someone_else_cannot_be_repaired(
    superuser: Connection, connect: Connect, names: RoleNames, weak: str
) -> None:
    execute(superuser, "ALTER ROLE {app} BYPASSRLS", app=names.app)
    try:
        with connect(None, weak) as connection:
            report = create_roles(connection, names, PASSWORDS, LIMITS)
        assert not report.acceptable
        assert "attributes" in report.with_status("not possible")
    finally:
        create_roles(superuser, names, PASSWORDS, LIMITS)
