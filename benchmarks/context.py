"""What isolation costs a request: the real application beside the same handler with a WHERE and no RLS.

Run: `.venv/bin/python -m benchmarks.context`
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

from flask import Flask
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGconn
from sqlalchemy import bindparam, select
from werkzeug.test import EnvironBuilder

from benchmarks import queries
from benchmarks.stage import Stage, stage
from tenantapp.application import create_app
from tenantapp.db import repository
from tenantapp.models.scoped import table_of
from tenantapp.postgres.binding import Binding
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.lending import LendingPool
from tenantapp.postgres.selection import Selection
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import TenantContext, current_context
from tests.support.tenants import TenantUnderTest

PAIRS = 40
REQUESTS = 250
CUSTOMERS = 1000
PORT = 18_431
CLEANING_SECONDS = 0.2
PLAIN_QUERY: Selection[Any] = Selection(
    select(*table_of(Customer).columns).where(
        Customer.tenant_id == bindparam("tenant"),
        Customer.id == bindparam("row_id"),
        Customer.deleted_at.is_(None),
    )
)


def select_unbound(
    connection: TenantConnection,
    _binding: Binding,
    selection: Selection[Any],
    parameters: Mapping[str, Any],
) -> list[Any]:
    """Select as the endpoint's own connection does, in one message, with nothing bound."""
    transformer = Transformer(connection)
    tenant = {"tenant": current_context().tenant_id} if selection is PLAIN_QUERY else {}
    values = selection.in_order({**parameters, **tenant})
    dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    name = selection.name(transformer.types or ())
    is_new = name not in connection._prepared_selections

    def send(pgconn: PGconn) -> None:
        pgconn.send_query_params(b"BEGIN READ ONLY", None)
        if is_new:
            pgconn.send_prepare(name, selection.text.encode(), transformer.types)
        pgconn.send_query_prepared(name, dumped, transformer.formats)
        pgconn.send_query_params(b"COMMIT", None)

    with connection.lock:
        results = connection.wait(connection._in_one_message(send))
        connection._require_done(results)
    connection._prepared_selections[name] = None
    return selection.rows(results[-2], transformer)


@contextmanager
def filtered_by_hand() -> Iterator[None]:
    """Let the same endpoint, for a block, filter by the tenant as one would without RLS."""
    with (
        mock.patch.object(TenantConnection, "select_bound", select_unbound),
        mock.patch.object(repository, "_one", return_value=PLAIN_QUERY),
    ):
        yield


@contextmanager
def told_by_a_plain_variable() -> Iterator[None]:
    """Let contexts be bound, for a block, without their seal."""

    def unsealed(_connection: TenantConnection, context: TenantContext) -> bytes:
        return queries.written(context).encode()

    with mock.patch.object(TenantConnection, "_sealed", unsealed):
        yield


@contextmanager
def copy_without_rls(place: Stage) -> Iterator[Stage]:
    """Lend a copy of the database in which no table has row-level security."""
    with place.server.clone(place.database) as name:
        with place.server.connect("bootstrap", name) as connection:
            for table in ("tenants", "api_keys", "customers", "users", "services", "deployments"):
                connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            connection.execute("VACUUM ANALYZE")
        yield Stage(place.server, name)


class Client:
    """Sends one request again and again, without a network."""

    def __init__(self, app: Flask, tenant: TenantUnderTest, path: str) -> None:
        self._app = app
        headers = [("Authorization", f"Bearer {tenant.token}")]
        address = f"http://{tenant.subdomain}.localhost"
        self._environ = EnvironBuilder(path, base_url=address, headers=headers).get_environ()

    def get(self) -> bytes:
        """Send it once and return the body."""
        status: list[str] = []

        def start(line: str, *_: object) -> Callable[[bytes], object]:
            status.append(line)
            return bytes

        body = b"".join(self._app(dict(self._environ), start))
        assert status[0].startswith("200"), (status, body)
        return body

    def cpu(self) -> float:
        """Return the processor time of a request in microseconds."""
        gc.collect()
        started = time.process_time()
        for _ in range(REQUESTS):
            self.get()
        return (time.process_time() - started) / REQUESTS * 1e6


def round_trips(client: Client) -> int:
    """Return how many answers one warm request asks the server for, its cleaning included."""
    lent: list[TenantConnection] = []
    lend = LendingPool.lend

    def traced(pool: LendingPool, tenant_id: UUID | None) -> TenantConnection:
        lent.append(lend(pool, tenant_id))
        lent[-1].pgconn.trace(log.fileno())
        return lent[-1]

    for _ in range(20):
        client.get()
    with tempfile.TemporaryFile("w+") as log:
        with mock.patch.object(LendingPool, "lend", traced):
            client.get()
        time.sleep(CLEANING_SECONDS)
        for connection in lent:
            connection.pgconn.untrace()
        log.seek(0)
        return sum(line.rstrip().endswith("Sync") or "\tQuery\t" in line for line in log)


def worker_megabytes(place: Stage) -> float:
    """Return the resident memory of a gunicorn worker that has answered one request."""
    settings = place.settings()
    environ = {
        **os.environ,
        "APP_ENV": "development",
        "SQL_ECHO": "false",
        "LOG_LEVEL": "ERROR",
        "PORT": str(PORT),
        "WEB_WORKERS": "1",
        "ROLE_PREFIX": settings.role_prefix,
        "CONTEXT_KEY": settings.require_context_key().written(),
        "DATABASE_URL": settings.require("database_url").render_as_string(hide_password=False),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:tenantapp.server", "wsgi:app"]
    with subprocess.Popen(command, env=environ) as server:
        try:
            _wait_until_ready()
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
            return sum(_resident(int(child)) for child in children)
        finally:
            server.terminate()


def _wait_until_ready() -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=2).close()
            return
        time.sleep(0.1)
    raise TimeoutError("gunicorn does not answer")


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main() -> None:
    """Print round trips, the processor time of application and database, and a worker's memory."""
    with stage() as place:
        real = create_app(place.settings())
        tenant = place.tenant(real, CUSTOMERS)
        some = json.loads(tenant.request("GET", "/api/v1/customers").data)["items"][0]["id"]
        real.extensions["tenantapp"].pool.close()
        queries.fill(place, tenant)
        with copy_without_rls(place) as copy, queries.copy_without_seal(place) as unsealed:
            path = f"/api/v1/customers/{some}"
            apps = [create_app(one.settings()) for one in (place, copy, unsealed)]
            ours, plain, variable = (Client(app, tenant, path) for app in apps)
            shown = ours.get()
            with told_by_a_plain_variable():
                assert variable.get() == shown
            with filtered_by_hand():
                assert plain.get() == shown
                without = round_trips(plain)
            print(f"round trips a request: {round_trips(ours)} with isolation, {without} without")
            for line in compare(ours, variable, plain):
                print(f"application CPU a request: {line}")
            for app in apps:
                app.extensions["tenantapp"].pool.close()
            print("database, a statement: WHERE by hand / plain variable / sealed")
            for line in queries.measure(place, unsealed, copy, tenant, some):
                print(line)
        print(f"idle worker: {worker_megabytes(place):.0f} MB resident")


def compare(ours: Client, variable: Client, plain: Client) -> Iterator[str]:
    """Measure all three in turn; yield each one's time and its ratio to the filter by hand."""
    rounds = []
    for _ in range(PAIRS):
        with_isolation = ours.cpu()
        with told_by_a_plain_variable():
            unsealed = variable.cpu()
        with filtered_by_hand():
            rounds.append((with_isolation, unsealed, plain.cpu()))
    for place, name in enumerate(("sealed", "plain variable", "WHERE by hand")):
        ratios = [times[place] / times[-1] for times in rounds]
        low, middle, high = statistics.quantiles(ratios, n=4)
        yield (
            f"{name}: {statistics.median(times[place] for times in rounds):.0f} µs, ratio {middle:.3f} "
            f"(quartiles {low:.3f} and {high:.3f}, {PAIRS} rounds of {REQUESTS})"
        )


if __name__ == "__main__":
    main()
