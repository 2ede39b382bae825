"""`flask sessions watch` looks again and again, as a program of its own."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import orjson
from psycopg import sql

from tenantapp.settings.context_key import ContextKey
from tests.e2e.programs import REPOSITORY, eventually, on_database
from tests.support.databases import Server
from tests.support.sessions import OVERDUE, Open, is_alive

WATCH = (sys.executable, "-m", "flask", "--app", "wsgi", "sessions", "watch")


def test_a_session_that_does_not_end_is_told_once_as_an_error(
    server: Server, database: str, session: Open
) -> None:
    # It looks for no interrupt, and needs some seconds.
    with server.connect("bootstrap", database) as superuser:
        app = sql.Identifier(server.names.app)
        superuser.execute(
            sql.SQL('GRANT EXECUTE ON FUNCTION pg_catalog."normalize"(text, text) TO {}').format(app)
        )
    with _watching(server, database) as told:
        attacker = session(b"SELECT length(normalize(repeat(U&'\\0301\\0316', 20000), NFC))")
        assert eventually(lambda: not is_alive(server, attacker), 60.0)
    assert [(line["event"], line["pid"]) for line in told if line["level"] != "info"] == [
        ("session ended", attacker.info.backend_pid),
        ("session does not end", attacker.info.backend_pid),
    ]


def test_it_looks_again_and_again_until_it_is_told_to_stop(
    server: Server, database: str, session: Open
) -> None:
    with _watching(server, database) as lines:
        for _ in range(2):
            with closing(session(OVERDUE["looping"])) as attacker:
                assert eventually(lambda attacker=attacker: not is_alive(server, attacker))
        with server.connect("bootstrap", "postgres") as superuser:
            name = sql.Identifier(database)
            superuser.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
            time.sleep(0.6)
            superuser.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
        attacker = session(OVERDUE["looping"])
        assert eventually(lambda: not is_alive(server, attacker))
    assert [line["event"] for line in lines if line["level"] == "warning"] == ["session ended"] * 3
    away = [line for line in lines if line["level"] == "error"]
    assert {line["event"] for line in away} == {"cannot look"}
    assert all("not currently accepting connections" in line["reason"] for line in away)


@contextmanager
def _watching(server: Server, database: str) -> Iterator[list[Any]]:
    """Watch by a program of its own; what it has logged is there after the block."""
    address = server.address("watchdog", database).set(drivername="postgresql")
    environment = on_database(
        server,
        database,
        WATCHDOG_DATABASE_URL=address.render_as_string(hide_password=False),
        WATCHDOG_SECONDS="0.5",
        SECRET_KEY=secrets.token_hex(32),
        CONTEXT_KEY=ContextKey.generate().written(),
    ) | {"APP_ENV": "staging"}
    told: list[Any] = []
    with subprocess.Popen(
        [*WATCH, "--every", "0.2"], cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True
    ) as watch:
        try:
            yield told
        finally:
            watch.send_signal(signal.SIGTERM)
            errors = watch.communicate(timeout=10)[1]
    assert watch.returncode == 0, errors
    told.extend(orjson.loads(line) for line in errors.splitlines())
