"""`databases prepare`: any database comes to the same closed state, and stays there."""

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL

from tenantapp.platform.errors import PreparationError
from tenantapp.platform.preparation import (
    Passwords,
    create_database,
    database_script,
    prepare_database,
    roles_script,
)
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.sql_files import compose_database_file
from tests.integration.platform.preparation.conftest import Connect, execute
from tests.support.databases import LIMITS

BEYOND_PRIVILEGES = ("listen_and_notify", "own_settings", "table_locks")
PASSWORDS = Passwords("secret", "secret", "secret")
Connection = psycopg.Connection[Any]


def facts(connection: Connection, names: RoleNames) -> list[tuple[Any, ...]]:
    verify = compose_database_file("database/verify_v01.sql", names, connection.info.dbname)
    return sorted(connection.execute(verify).fetchall())


@pytest.mark.usefixtures("nobody_disturbs")
def test_a_new_database_is_closed(
    connect: Connect, names: RoleNames, make_database: Callable[..., str]
) -> None:
    with connect(make_database()) as connection:
        assert not all(holds for _, _, _, holds, _ in facts(connection, names))
        report = prepare_database(connection, names)
        assert report.acceptable
        assert report.with_status("not possible") == BEYOND_PRIVILEGES
        assert all(holds for _, _, _, holds, _ in facts(connection, names))


@pytest.mark.usefixtures("nobody_disturbs")
def test_a_second_run_changes_nothing(connect: Connect, names: RoleNames, prepared: str) -> None:
    with connect(prepared) as connection:
        report = prepare_database(connection, names)
    assert report.with_status("done") == ()
    assert report.with_status("not possible") == BEYOND_PRIVILEGES


@pytest.mark.usefixtures("nobody_disturbs")
def test_a_prepared_database_is_only_read(connect: Connect, names: RoleNames, prepared: str) -> None:
    with connect(prepared) as connection:
        connection.execute("SET default_transaction_read_only = on")
        assert prepare_database(connection, names).acceptable


@pytest.mark.usefixtures("nobody_disturbs")
def test_a_clone_lacks_what_is_the_databases_own_until_it_is_prepared(
    connect: Connect, names: RoleNames, prepared: str, make_database: Callable[..., str]
) -> None:
    with connect(make_database(template=prepared)) as clone:
        report = prepare_database(clone, names)
        assert report.acceptable
        assert report.with_status("done") == ("database", "database_owner")


def test_several_clones_are_prepared_at_once(
    connect: Connect, names: RoleNames, make_database: Callable[..., str]
) -> None:
    def prepare(database: str) -> bool:
        with connect(database) as connection:
            return prepare_database(connection, names).acceptable

    one, other = make_database(), make_database()
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(prepare, [one, other] * 4))


@pytest.mark.usefixtures("nobody_disturbs")
@pytest.mark.parametrize(
    ("measure", "change"),
    [
        ("schemas", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
        ("schemas", "GRANT CREATE ON SCHEMA tenancy TO {app}"),
        ("schemas", "GRANT USAGE ON SCHEMA control TO {app}"),
        ("schemas", "ALTER SCHEMA tenancy OWNER TO {platform}"),
        ("default_privileges", "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT ON TABLES TO {app}"),
        (
            "default_privileges",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT INSERT ON TABLES TO PUBLIC",
        ),
        (
            "default_privileges",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
        ),
        ("languages", "GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC"),
        ("large_objects", "GRANT EXECUTE ON FUNCTION lo_get(oid) TO {app}"),
        ("advisory_locks", "REVOKE EXECUTE ON FUNCTION pg_advisory_lock(bigint) FROM {owner}"),
        ("endless", 'GRANT EXECUTE ON FUNCTION pg_catalog."normalize"(text, text) TO {app}'),
        ("administration", "GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO PUBLIC"),
        ("views", "GRANT SELECT ON pg_stat_activity TO PUBLIC"),
        ("maintenance_databases", "GRANT CONNECT ON DATABASE template1 TO PUBLIC"),
        ("database", "GRANT TEMPORARY ON DATABASE {database} TO {app}"),
        ("database", "GRANT CONNECT ON DATABASE {database} TO PUBLIC"),
        ("database_owner", "ALTER DATABASE {database} OWNER TO CURRENT_USER"),
    ],
)
def test_a_measure_that_was_undone_is_done_again(
    connect: Connect, names: RoleNames, prepared: str, measure: str, change: str
) -> None:
    with connect(prepared) as connection:
        execute(connection, change, database=prepared, **names.as_values())
        assert measure in prepare_database(connection, names).with_status("done")
        assert prepare_database(connection, names).with_status("done") == ()


def test_a_database_cannot_be_prepared_before_its_roles(connect: Connect, prepared: str) -> None:
    with connect(prepared) as connection, pytest.raises(PreparationError, match="flask roles create"):
        prepare_database(connection, RoleNames("test_nobody"))


def test_a_database_is_created_once(superuser: Connection, make_database: Callable[..., str]) -> None:
    assert create_database(superuser, make_database()).status == "already"


@pytest.fixture
def elsewhere(
    superuser: Connection, make_names: Callable[[], RoleNames], make_database: Callable[..., str]
) -> tuple[RoleNames, str]:
    """Give names of roles and of a database that do not exist."""
    database = make_database()
    execute(superuser, "DROP DATABASE {name}", name=database)
    return make_names(), database


def test_psql_brings_the_printed_sql_to_the_same_state(
    bootstrap: URL, connect: Connect, prepared: str, names: RoleNames, elsewhere: tuple[RoleNames, str]
) -> None:
    others, database = elsewhere
    script = roles_script(others, PASSWORDS, LIMITS) + database_script(others, database)
    address = bootstrap.set(drivername="postgresql").render_as_string(hide_password=False)
    for _ in range(2):
        result = subprocess.run(
            ["psql", "-X", "-q", address],
            input=script,
            text=True,
            capture_output=True,
            env=os.environ | {"PGOPTIONS": "-c client_min_messages=warning"},
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, "")
    with connect(database) as printed, connect(prepared) as executed:
        assert facts(printed, others) == facts(executed, names)
        acl = "SELECT datacl::text FROM pg_database WHERE datname = current_database()"
        renamed = printed.execute(acl).fetchone()[0].replace(others.prefix, names.prefix)
        assert renamed == executed.execute(acl).fetchone()[0]
        functions = (
            "SELECT proname, proacl::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
        )
        mine = {(n, (a or "").replace(others.prefix, names.prefix)) for n, a in printed.execute(functions)}
        assert mine == {(n, a or "") for n, a in executed.execute(functions)}
    with connect(database, others.app) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
