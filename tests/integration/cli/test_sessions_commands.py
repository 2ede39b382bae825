"""`flask sessions watch` ends what the application's role does too long, and nothing else."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

import orjson
import psycopg
import pytest
from click.testing import Result
from flask import Flask
from psycopg import sql
from structlog.testing import capture_logs

from tenantapp.application import create_app
from tenantapp.settings.context_key import ContextKey
from tests.e2e.programs import REPOSITORY, eventually, on_database
from tests.support.databases import Server

WATCH = (sys.executable, "-m", "flask", "--app", "wsgi", "sessions", "watch")
LIMIT = 1.0
WITHOUT_TIMEOUTS = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"
# Each without an end of its own.
OVERDUE = {
    "sleeping": b"SELECT pg_sleep(600)",
    "looping": b"SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b",
    "idle in its transaction": b"BEGIN; SELECT 1",
    "in a string of statements": b"BEGIN; SELECT 1; COMMIT; SELECT pg_sleep(600)",
}
Session = psycopg.Connection[Any]
Open = Callable[..., Session]


@pytest.fixture
def session(server: Server, database: str) -> Iterator[Open]:
    """Give a function that opens a session and asks something on it, without waiting for an answer."""
    with server.connect("bootstrap", database) as superuser:
        app = sql.Identifier(server.names.app)
        # The application's role may not sleep on a prepared database; where it could not be denied, it may.
        superuser.execute(sql.SQL("GRANT EXECUTE ON FUNCTION pg_sleep(double precision) TO {}").format(app))
    with ExitStack() as opened:

        def ask(statement: bytes, role: str = "app", where: str = database) -> Session:
            connection = opened.enter_context(server.connect(role, where))
            connection.execute(WITHOUT_TIMEOUTS)
            connection.pgconn.send_query(statement)
            return connection

        yield ask


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


def _is_alive(server: Server, session: Session) -> bool:
    with server.connect("bootstrap", "postgres") as superuser:
        found = superuser.execute(
            "SELECT FROM pg_stat_activity WHERE pid = %s", [session.info.backend_pid]
        ).fetchone()
    return found is not None


def _is_gone(server: Server, session: Session) -> bool:
    return eventually(lambda: not _is_alive(server, session), 3.0)


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
    assert {name for name, one in innocent.items() if not _is_alive(server, one)} == set()


def test_nothing_ends_it_without_a_watch(server: Server, database: str, session: Open) -> None:
    """Whoever has the role's password and goes around the program meets no deadline of its."""
    attacker = session(OVERDUE["looping"])
    time.sleep(LIMIT + 0.2)
    assert _is_alive(server, attacker)
    assert _logged(server, database, watchdog_seconds=600.0) == []
    assert _is_alive(server, attacker)
    _logged(server, database)
    assert _is_gone(server, attacker)


def test_the_limit_is_a_little_more_than_a_loan_unless_given(
    server: Server, database: str, session: Open
) -> None:
    attacker = session(OVERDUE["sleeping"])
    time.sleep(0.6)
    _logged(server, database, watchdog_seconds=None, longest_loan_seconds=60.0)
    assert _is_alive(server, attacker)
    _logged(server, database, watchdog_seconds=None, longest_loan_seconds=0.4)
    assert _is_gone(server, attacker)


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


def test_it_looks_again_and_again_until_it_is_told_to_stop(
    server: Server, database: str, session: Open
) -> None:
    address = server.address("watchdog", database).set(drivername="postgresql")
    environment = on_database(
        server,
        database,
        WATCHDOG_DATABASE_URL=address.render_as_string(hide_password=False),
        WATCHDOG_SECONDS="0.5",
        SECRET_KEY=secrets.token_hex(32),
        CONTEXT_KEY=ContextKey.generate().written(),
    ) | {"APP_ENV": "staging"}
    command = [*WATCH, "--every", "0.2"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True
    ) as watch:
        try:
            for _ in range(2):
                with closing(session(OVERDUE["looping"])) as attacker:
                    assert eventually(lambda attacker=attacker: not _is_alive(server, attacker))
            with server.connect("bootstrap", "postgres") as superuser:
                name = sql.Identifier(database)
                superuser.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
                time.sleep(0.6)
                superuser.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
            attacker = session(OVERDUE["looping"])
            assert eventually(lambda: not _is_alive(server, attacker))
        finally:
            watch.send_signal(signal.SIGTERM)
            errors = watch.communicate(timeout=10)[1]
    assert watch.returncode == 0, errors
    lines = [orjson.loads(line) for line in errors.splitlines()]
    assert [line["event"] for line in lines if line["level"] == "warning"] == ["session ended"] * 3
    away = [line for line in lines if line["level"] == "error"]
    assert {line["event"] for line in away} == {"cannot look"}
    assert all("not currently accepting connections" in line["reason"] for line in away)
