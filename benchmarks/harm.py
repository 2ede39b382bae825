"""For how long SQL that is injected keeps another tenant without an answer, and what it takes of the disk.

Run: `.venv/bin/python -m benchmarks.harm [--attacks lock-and-loop …] [--longest 60]`
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.data import Dataset, Target, load, prepared, targets
from benchmarks.servers import CONTEXT_KEY, Served, served_tenantapp
from tests.support.databases import Server
from tests.support.own_servers import own_server

DATASET = Dataset(tenants=10, rows=1000)
_PAUSE = 0.25
_QUIET_SECONDS = 3.0
_OFF = "SET LOCAL statement_timeout = 0\nSET LOCAL lock_timeout = 0"
_LOCK = "LOCK TABLE customers IN ACCESS EXCLUSIVE MODE"
_LOOP = "SELECT count(*) FROM generate_series(1, 1000000) AS a, generate_series(1, 1000000) AS b"
_MARKS = r"U&'" + r"\0301\0316" * 40_000 + "'"
_CTES = "WITH a0 AS (SELECT 1 AS x), " + ", ".join(
    f"a{i} AS NOT MATERIALIZED (SELECT l.x FROM a{i - 1} AS l, a{i - 1} AS r)" for i in range(1, 24)
)
_ROWS = (
    "INSERT INTO customers (name, email) SELECT repeat('x', 200), md5(i::text) || '@example.com'"
    # Not kept in temporary files, which are limited, as the rows of a function in FROM are.
    " FROM (SELECT generate_series(1, 1000000000) AS i) AS s"
)
_STUCK = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND usename = %s"
_SIZE = "SELECT pg_database_size(current_database()) + (SELECT sum(size) FROM pg_ls_waldir())"


@dataclass(frozen=True, slots=True)
class Attack:
    """Statements, and how they are sent.

    Args:
        statements: a line each.
        by: the path of the route, or None for a session of its own, with the role's password.
    """

    statements: str
    by: str | None = "/api/v1/harm/sql"


ATTACKS = {
    "lock-and-loop": Attack(f"{_OFF}\n{_LOCK}\n{_LOOP}"),
    "lock-and-loop-in-an-import": Attack(f"{_OFF}\n{_LOCK}\n{_LOOP}", "/api/v1/harm/long-sql"),
    "lock-and-loop-by-password": Attack(f"{_OFF}\n{_LOCK}\n{_LOOP}", None),
    "lock-and-marks": Attack(f'{_OFF}\n{_LOCK}\nSELECT length("normalize"({_MARKS}, $$NFC$$))'),
    "lock-and-password": Attack(f"{_OFF}\n{_LOCK}\nALTER ROLE CURRENT_USER PASSWORD {_MARKS}"),
    "lock-and-ctes": Attack(f"{_OFF}\n{_LOCK}\n{_CTES} SELECT count(*) FROM a23"),
    "rows-rolled-back": Attack(f"{_OFF}\n{_ROWS}"),
}


def main() -> None:
    """Print a line an attack."""
    options = _options()
    print("| attack | another tenant had no answer for | table and WAL grew by |\n|---|---|---|")
    for name in options.attacks:
        # A server of its own: what cannot be ended is ended with it.
        with (
            _server() as (server, database),
            served_tenantapp(server, database, module="benchmarks.harm_route") as served,
        ):
            print(
                f"| {name} | {_measure(server, database, served, ATTACKS[name], options.longest)} |",
                flush=True,
            )


def _measure(server: Server, database: str, served: Served, attack: Attack, longest: float) -> str:
    attacker, victim = sorted({t.subdomain: t for t in targets(server, database, 1000)}.items())[:2]
    before = _bytes(server, database)
    with _watched(server, database):
        waiting = threading.Thread(
            target=_send, args=(server, database, served, attacker[1], attack), daemon=True
        )
        waiting.start()
        gap = _longest_gap(served, victim[1], waiting.is_alive, longest)
    grown = (_bytes(server, database) - before) / 1024**2
    shown = f"more than {longest:.0f} s" if gap > longest else f"{gap:.1f} s"
    return f"{shown} | {grown:.0f} MB"


def _longest_gap(served: Served, victim: Target, is_running: Callable[[], bool], longest: float) -> float:
    """Return the longest time between two good answers, until the attack is over and all is well."""
    gap, last, begun = 0.0, time.monotonic(), time.monotonic()
    while time.monotonic() - begun < longest + _QUIET_SECONDS:
        if _is_answered(served, victim):
            now = time.monotonic()
            gap, last = max(gap, now - last), now
            if not is_running() and now - begun > _QUIET_SECONDS:
                return gap
        time.sleep(_PAUSE)
    return max(gap, time.monotonic() - last)


def _is_answered(served: Served, target: Target) -> bool:
    return _ask(served, target, "GET", f"/api/v1/customers/{target.customer_id}", timeout=8.0) == 200


def _ask(served: Served, target: Target, method: str, path: str, *, body: str = "", timeout: float) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=timeout)
    headers = {"Host": f"{target.subdomain}.example.com", "Authorization": f"Bearer {target.token}"}
    try:
        connection.request(method, path, body.encode(), headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _send(server: Server, database: str, served: Served, attacker: Target, attack: Attack) -> None:
    if attack.by is not None:
        _ask(served, attacker, "POST", attack.by, body=attack.statements, timeout=600.0)
        return
    try:
        with server.connect("app", database, autocommit=False) as session:
            for statement in attack.statements.splitlines():
                session.execute(statement)
    except psycopg.Error:
        return


@contextmanager
def _watched(server: Server, database: str) -> Iterator[None]:
    """Run `flask sessions watch` as an operator does."""
    address = server.address("watchdog", database).set(drivername="postgresql")
    environ = {
        "APP_ENV": "production",
        "SECRET_KEY": "of the benchmark alone, forty letters long",
        "CONTEXT_KEY": CONTEXT_KEY.written(),
        "ALLOW_UNVERIFIED_TLS": "true",
        "BASE_DOMAIN": "example.com",
        "ROLE_PREFIX": server.names.prefix,
        "DATABASE_URL": server.address("app", database).render_as_string(hide_password=False),
        "WATCHDOG_DATABASE_URL": address.render_as_string(hide_password=False),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "sessions", "watch"]
    with subprocess.Popen(command, env={**os.environ, **environ}, stderr=subprocess.DEVNULL) as watch:
        try:
            time.sleep(_QUIET_SECONDS)
            yield
        finally:
            watch.terminate()


@contextmanager
def _server() -> Iterator[tuple[Server, str]]:
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp") as folder,
        own_server(Path(folder) / "server", {"max_wal_size": "1GB"}) as started,
    ):
        server = prepared(started)
        yield server, load(server, DATASET)
        with server.connect("bootstrap", "postgres") as superuser:
            stuck = superuser.execute(_STUCK, [server.names.app])
            for (pid,) in stuck.fetchall():
                os.kill(pid, signal.SIGQUIT)


def _bytes(server: Server, database: str) -> int:
    with server.connect("bootstrap", database) as superuser:
        row = superuser.execute(
            "SELECT pg_database_size(current_database()) + (SELECT sum(size) FROM pg_ls_waldir())"
        ).fetchone()
    return int(row[0]) if row else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.harm", description=__doc__.partition("\n")[0])
    parser.add_argument("--attacks", nargs="+", choices=ATTACKS, default=list(ATTACKS), help="which (all)")
    parser.add_argument(
        "--longest", type=float, default=60.0, help="seconds to wait for the end of each (60)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
