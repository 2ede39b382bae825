"""`flask sessions watch` ends what the application's role does too long, and nothing else."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from click.testing import Result
from flask import Flask
from psycopg import sql
from structlog.testing import capture_logs

from tenantapp.application import create_app
from tests.e2e.programs import eventually
from tests.support.databases import Server
from tests.support.sessions import OVERDUE, Open, Session, is_alive

LIMIT = 1.0


def _app(server: Server, database: str, **changes: Any) -> Flask:
    return create_app(replace(server.settings(database, watchdog_seconds=LIMIT), **changes))


def _run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["sessions", "watch", "--once", *arguments])


def _logged(server: Server, database: str, **changes: Any) -> list[Any]:
    # An application that is made configures the logs anew.
    app = _app(server, database, **changes)
    with capture_logs() as logged:
        result = _run(app)
    assert result.exit_code == 0, result.output
    return logged


def _is_gone(server: Server, session: Session) -> bool:
    return eventually(lambda: not is_alive(server, session), 3.0)


def test_what_takes_too_long_is_ended_and_told_and_nothing_else(
    server: Server, database: str, shared_database: str, session: Open
) -> None:
    overdue = {name: session(statement) for name, statement in OVERDUE.items()}
    innocent = {
        "the owner's": session(b"BEGIN; SELECT 1", "owner"),
        "the operator's": session(b"BEGIN; SELECT 1", "platform"),
        "a superuser's": session(b"SELECT pg_sleep(600)", "bootstrap"),
        "of another database": session(b"BEGIN; SELECT 1", "app", shared_database),
        "without a transaction": session(b"SELECT 1"),
    }
    time.sleep(LIMIT + 0.2)
    innocent["young"] = session(b"BEGIN; SELECT 1")
    told = _logged(server, database)
    assert {line["pid"] for line in told} == {one.info.backend_pid for one in overdue.values()}
    assert {line["event"] for line in told} == {"session ended"}
    assert all(LIMIT < line["seconds"] < 60 and line["log_level"] == "warning" for line in told)
    assert {name for name, one in overdue.items() if not _is_gone(server, one)} == set()
    assert {name for name, one in innocent.items() if not is_alive(server, one)} == set()


def test_nothing_ends_it_without_a_watch(server: Server, database: str, session: Open) -> None:
    """Whoever has the role's password and goes around the program meets no deadline of its."""
    attacker = session(OVERDUE["looping"])
    time.sleep(LIMIT + 0.2)
    assert is_alive(server, attacker)
    assert _logged(server, database, watchdog_seconds=600.0) == []
    assert is_alive(server, attacker)
    _logged(server, database)
    assert _is_gone(server, attacker)


def test_the_limit_is_a_little_more_than_a_loan_unless_given(
    server: Server, database: str, session: Open
) -> None:
    attacker = session(OVERDUE["sleeping"])
    time.sleep(0.6)
    _logged(server, database, watchdog_seconds=None, longest_loan_seconds=60.0)
    assert is_alive(server, attacker)
    _logged(server, database, watchdog_seconds=None, longest_loan_seconds=0.4)
    assert _is_gone(server, attacker)


@pytest.mark.parametrize("blocked", [False, True], ids=["locks", "waits for the lock"])
def test_a_session_that_locks_a_table_has_little_more_than_a_request(
    server: Server, database: str, session: Open, *, blocked: bool
) -> None:
    held = session(b"BEGIN; SELECT FROM customers LIMIT 0" if blocked else b"SELECT 1")
    locking = session(b"SET lock_timeout = 0; BEGIN; LOCK TABLE customers")
    writing = session(b"BEGIN; LOCK TABLE services IN ROW EXCLUSIVE MODE")
    time.sleep(0.6)
    limits = {"watchdog_seconds": 60.0, "request_loan_seconds": 0.4}
    (told,) = _logged(server, database, **limits)
    assert (told["pid"], told["locks"]) == (locking.info.backend_pid, True)
    assert _is_gone(server, locking)
    assert is_alive(server, writing)
    assert is_alive(server, held)


def test_the_watchdog_sees_no_tenants_rows(server: Server, database: str) -> None:
    with server.connect("watchdog", database) as watchdog:
        for table in ("customers", "tenants"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no tenant context"):
                watchdog.execute(f"SELECT FROM {table}")
        for table in ("control.directory", "tenancy.context_keys"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
                watchdog.execute(f"SELECT FROM {table}")


def test_the_watchdog_may_end_no_sessions_of_others(server: Server, database: str) -> None:
    with server.connect("watchdog", database) as watchdog:
        for role in ("owner", "platform", "bootstrap"):
            with (
                server.connect(role, database) as other,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                watchdog.execute("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])


@pytest.mark.parametrize(
    ("broken", "repaired", "told"),
    [
        (
            "REVOKE {app} FROM {watchdog}; GRANT CONNECT ON DATABASE {database} TO {watchdog}",
            "GRANT {app} TO {watchdog}",
            "run `flask roles create`",
        ),
        (
            "REVOKE EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) FROM {watchdog}",
            "GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO {watchdog}",
            "a superuser must run `flask databases prepare`",
        ),
        (
            "ALTER ROLE {watchdog} SET track_activities = off",
            "ALTER ROLE {watchdog} RESET track_activities",
            "set track_activities to on",
        ),
    ],
)
def test_a_watchdog_that_would_see_nothing_says_so(
    server: Server, database: str, broken: str, repaired: str, told: str
) -> None:
    names = {purpose: sql.Identifier(name) for purpose, name in server.names.as_values().items()}
    names["database"] = sql.Identifier(database)
    with server.connect("bootstrap", database) as superuser:
        superuser.execute(sql.SQL(broken).format(**names))
        try:
            result = _run(_app(server, database))
        finally:
            superuser.execute(sql.SQL(repaired).format(**names))
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert told in result.stderr


def test_what_is_configured_wrongly_is_one_line(server: Server, database: str) -> None:
    away = server.address("watchdog", database).set(port=1)
    of_another = server.address("app", database)
    for changes, told in (
        ({"watchdog_database_url": None}, "WATCHDOG_DATABASE_URL: expected the address"),
        ({"watchdog_database_url": of_another}, f"expected {server.names.watchdog!r}"),
        ({"watchdog_database_url": away}, "onnection refused"),
    ):
        result = _run(_app(server, database, **changes))
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.stderr
        assert told in result.stderr
    assert _run(_app(server, database), "--every", "0").exit_code == 2
