"""The application's connections as the server and the pool see them, and the wire between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from psycopg import pq

from tenantapp.postgres.binding import Binding
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.pool import TenantPool
from tenantapp.tenancy.context import TenantContext
from tests.support.databases import Server

_OF_THE_APP = "FROM pg_stat_activity WHERE datname = %s AND usename = %s AND application_name = 'tenantapp'"


def pool_of(app: Flask) -> TenantPool:
    """Return the pool that `app` serves from."""
    pool: TenantPool = app.extensions["tenantapp"].pool
    return pool


def begin_bound(connection: TenantConnection, context: TenantContext) -> None:
    """Begin a transaction in a context on a connection of the pool."""
    connection.pending = Binding(context)
    connection.begin_pending()


def close_pool(app: Flask) -> None:
    """Close the connections of an application that a test has made."""
    pool_of(app).close()


def eventually(condition: Callable[[], bool], seconds: float = 3.0) -> float:
    """Wait until `condition` holds and return how long that took."""
    started = time.perf_counter()
    while not condition():
        assert time.perf_counter() - started < seconds, f"not within {seconds} s"
        time.sleep(0.005)
    return time.perf_counter() - started


def all_returned(app: Flask) -> None:
    """Wait until every connection is back in the pool, and cleaned."""

    def back() -> bool:
        stats = pool_of(app).pool.get_stats()
        return stats["pool_available"] == stats["pool_size"] > 0

    eventually(back)


def backends(server: Server, database: str) -> set[int]:
    """Return the process ids of the application's connections to a database."""
    with server.connect("bootstrap", "postgres") as connection:
        rows = connection.execute(f"SELECT pid {_OF_THE_APP}", (database, server.names.app))
        return {pid for (pid,) in rows}


def terminate(server: Server, *pids: int) -> None:
    """End connections from the server's side, and wait until they are gone."""
    with server.connect("bootstrap", "postgres") as connection:
        for pid in pids:
            assert connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,)).fetchone() == (True,)


@contextmanager
def away(server: Server, database: str) -> Iterator[None]:
    """Let nobody connect to a database, and end the connections that the application has."""
    with server.connect("bootstrap", "postgres") as connection:
        connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        try:
            terminate(server, *backends(server, database))
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')


class Wire:
    """What went over one connection since it is traced, message by message."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def messages(self) -> list[str]:
        """Return the messages, as `F Query` or `B ReadyForQuery`, with what they say."""
        lines = self._path.read_text(errors="replace").splitlines()
        fields = [line.split("\t") for line in lines if line.startswith(("F\t", "B\t"))]
        return [" ".join((sender, *(part.strip() for part in rest))) for sender, _, *rest in fields]

    def count(self, start: str) -> int:
        """Return how many messages begin with `start`."""
        return sum(message.startswith(start) for message in self.messages())


@contextmanager
def traced(connection: TenantConnection, path: Path) -> Iterator[Wire]:
    """Write down what goes over `connection`."""
    with path.open("w") as file:
        connection.pgconn.trace(file.fileno())
        connection.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield Wire(path)
        finally:
            connection.pgconn.untrace()
