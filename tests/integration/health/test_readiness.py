"""`/readyz` says whether this process can serve: busy, at a limit, hung, in recovery."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace

import pytest
from flask import Flask
from psycopg import sql
from psycopg_pool import PoolTimeout
from werkzeug.test import TestResponse

from tenantapp.application import create_app
from tenantapp.health import readiness
from tenantapp.postgres import own_settings
from tests.support.backends import all_returned, backends, close_pool, eventually, pool_of, terminate
from tests.support.databases import Server
from tests.support.network import proxy

IN_USE = "warning: pool: every connection of this process is in use: requests wait for one"


@pytest.fixture(autouse=True)
def always_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no answer: what a test changes is seen at once."""
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0.0)


@pytest.fixture
def app(server: Server, database: str) -> Iterator[Flask]:
    """An application of one connection."""
    with server.application(database, pool_min_size=1, pool_max_size=1) as app:
        yield app


def ready(app: Flask) -> TestResponse:
    return app.test_client().get("/readyz", base_url="http://localhost")


def told(answer: TestResponse) -> tuple[int, list[str]]:
    return answer.status_code, answer.get_json()["problems"]


@contextmanager
def at_its_limit(server: Server, database: str) -> Iterator[None]:
    """Let the application's role open no further session."""
    role = sql.Identifier(server.names.app)
    with server.connect("bootstrap", "postgres") as superuser:
        row = superuser.execute(
            "SELECT rolconnlimit FROM pg_roles WHERE rolname = %s", (server.names.app,)
        ).fetchone()
        assert row is not None
        superuser.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT 0").format(role))
        try:
            yield
        finally:
            superuser.execute(sql.SQL(f"ALTER ROLE {{}} CONNECTION LIMIT {row[0]}").format(role))


def test_a_process_whose_role_is_at_its_limit_is_ready(server: Server, database: str, app: Flask) -> None:
    assert told(ready(app)) == (200, [])
    with at_its_limit(server, database):
        status, problems = told(ready(app))
    assert status == 200
    assert not any("does not answer" in problem for problem in problems)
    assert len(backends(server, database)) == 1


def test_a_process_without_a_connection_at_the_limit_is_not_ready_and_says_why(
    server: Server, database: str, app: Flask
) -> None:
    with at_its_limit(server, database):
        status, problems = told(ready(app))
        at_start = readiness.problems(app.extensions["tenantapp"].settings)
    assert status == 503
    reason = f'the database refuses connections: too many connections for role "{server.names.app}"'
    assert problems == [f"error: connection: {reason}"]
    assert [str(problem) for problem in at_start] == problems


def test_a_pool_that_is_in_use_is_a_warning(app: Flask) -> None:
    assert told(ready(app)) == (200, [])
    with closing(pool_of(app).connect()):
        assert told(ready(app)) == (200, [IN_USE])
    assert told(ready(app)) == (200, [])


def test_a_pool_in_use_that_still_lends_is_ready_at_the_roles_limit(
    server: Server, database: str, app: Flask
) -> None:
    """Requests queue for longer than readiness waits, and none can be opened beside them."""
    assert told(ready(app)) == (200, [])
    ended = threading.Event()

    def borrow() -> None:
        while not ended.is_set():
            # As several tenants do: one alone waits for its share.
            with suppress(PoolTimeout), closing(pool_of(app).pool.getconn()):
                time.sleep(0.2)

    # Each waits for its turn: none comes to whoever asks next within half a second.
    borrowers = [threading.Thread(target=borrow) for _ in range(6)]
    for borrower in borrowers:
        borrower.start()
    eventually(lambda: pool_of(app).pool.get_stats()["requests_waiting"] == 5, 10)
    try:
        with at_its_limit(server, database):
            status, problems = told(ready(app))
    finally:
        ended.set()
        for borrower in borrowers:
            borrower.join()
    assert status == 200
    assert problems == [IN_USE]


def test_a_connection_that_the_server_ended_is_no_reason_not_to_be_ready(
    server: Server, database: str, app: Flask
) -> None:
    assert told(ready(app)) == (200, [])
    terminate(server, *backends(server, database))
    assert told(ready(app)) == (200, [])


def test_readiness_gives_its_connection_back(server: Server, database: str, app: Flask) -> None:
    for _ in range(20):
        assert told(ready(app)) == (200, [])
    all_returned(app)
    assert len(backends(server, database)) == 1


def test_a_safe_database_is_verified_every_few_seconds_and_an_unsafe_one_each_time(
    server: Server, database: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[float] = []
    verify = readiness._verify
    monkeypatch.setattr(readiness, "_verify", lambda *given: verified.append(0) or verify(*given))
    for _ in range(3):
        assert told(ready(app)) == (200, [])
    assert len(verified) == 1
    monkeypatch.setattr(readiness, "VERIFIED_SECONDS", 0.0)
    with server.connect("bootstrap", database) as superuser:
        superuser.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    assert [ready(app).status_code for _ in range(2)] == [503, 503]
    assert len(verified) == 3


def test_a_database_that_hangs_is_a_503_and_keeps_live_from_nothing(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(server.address("app", database)) as (line, url):
        app = create_app(replace(server.settings(database), database_url=url))
        assert told(ready(app)) == (200, [])
        all_returned(app)
        # What cleaned the connection is answered by then.
        time.sleep(1)
        monkeypatch.setattr(readiness, "_LOOK_SECONDS", 0.5)
        line.stall()
        with ThreadPoolExecutor(3) as askers:
            answers = [askers.submit(ready, app) for _ in range(3)]
            time.sleep(0.2)
            assert app.test_client().get("/healthz", base_url="http://localhost").status_code == 200
            assert not any(answer.done() for answer in answers)
            asked = time.monotonic()
            assert {told(answer.result())[0] for answer in answers} == {503}
            assert time.monotonic() - asked < readiness.PATIENCE_SECONDS + 1
        line.go_on()
        eventually(lambda: ready(app).status_code == 200, 30)
        close_pool(app)


@pytest.mark.parametrize("value", ["row_security = off", "default_transaction_read_only = on"])
def test_a_pool_that_can_begin_no_session_is_not_ready(
    server: Server, database: str, app: Flask, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setattr(own_settings, "resets", lambda *_: sql.SQL("SELECT 1"))
    with server.connect("app", database) as attacker:
        attacker.execute(f"ALTER ROLE CURRENT_USER SET {value}")
        status, problems = told(ready(app))
        at_start = readiness.problems(app.extensions["tenantapp"].settings)
        attacker.execute("ALTER ROLE CURRENT_USER RESET ALL")
    assert status == 503
    left = value.replace(" ", "")
    assert problems == [f"error: role: the role has settings of its own: {left}: run `flask roles create`"]
    assert [str(problem) for problem in at_start] == problems


def test_a_process_whose_requests_cannot_begin_is_not_ready(
    server: Server, database: str, app: Flask
) -> None:
    assert told(ready(app)) == (200, [])
    with server.connect("bootstrap", database) as superuser:
        superuser.execute(
            f"REVOKE EXECUTE ON FUNCTION tenancy.bind_served(text, integer) FROM {server.names.app}"
        )
    status, problems = told(ready(app))
    at_start = readiness.problems(app.extensions["tenantapp"].settings)
    assert status == 503
    reason = "permission denied for function bind_served"
    assert problems == [f"error: begin: a request's transaction cannot begin: {reason}"]
    assert [str(problem) for problem in at_start] == problems


def test_a_server_that_is_read_only_is_ready_with_a_warning(
    server: Server, database: str, app: Flask
) -> None:
    with server.connect("bootstrap", "postgres") as superuser:
        superuser.execute(f'ALTER DATABASE "{database}" SET default_transaction_read_only = on')
    assert told(ready(app)) == (
        200,
        ["warning: read_only: the server's transactions are read-only: reads are served, writes are refused"],
    )
