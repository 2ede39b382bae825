"""What the time tells: whether asking for another tenant's row takes longer than asking for nobody's.

Run: `.venv/bin/python -m benchmarks.timing [--pairs 5000]`
"""

from __future__ import annotations

import argparse
import http.client
import random
import statistics
import time
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from psycopg import Connection

from benchmarks.data import Dataset, Target, benchmark_server, load, targets
from benchmarks.servers import CONTEXT_KEY, Served, served_tenantapp
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.seal import ContextSealer
from tests.support.databases import Server

DATASET = Dataset(1000, 1_000_000)
NO_INDEX = "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off"
POINT = "SELECT name FROM customers WHERE id = %s"
SCANS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5000, help="how many pairs are asked for (5000)")
    pairs = parser.parse_args().pairs
    with benchmark_server() as server:
        database = load(server, DATASET)
        asked = targets(server, database, 20_000)
        attacker = asked[0]
        foreign = [target.customer_id for target in asked if target.subdomain != attacker.subdomain]
        chosen = random.choices(foreign, k=pairs)  # noqa: S311 - no secret
        with served_tenantapp(server, database) as served:
            print(_compared("GET", _over_http(served, attacker), chosen))
        with server.connect("app", database, autocommit=False) as connection:
            _bind(server, connection, database, attacker)
            print(_compared("SELECT", _by_sql(connection), chosen))
            print(_scan(connection))


def _compared(name: str, ask: Callable[[UUID], None], foreign: Sequence[UUID]) -> str:
    """Return how long each takes, and how often the slower of a pair is the other tenant's."""
    taken: list[tuple[float, float]] = []
    # All made anew, side by side: an id that was just made is still in the processor's cache, and quicker.
    ids = [(UUID(int=theirs.int), UUID(int=uuid4().int)) for theirs in foreign]
    for theirs, nobody in ids:
        pair = [(theirs, 0), (nobody, 1)]
        random.shuffle(pair)
        seconds = [0.0, 0.0]
        for row_id, place in pair:
            began = time.perf_counter()
            ask(row_id)
            seconds[place] = time.perf_counter() - began
        taken.append((seconds[0], seconds[1]))
    theirs_us, nobodys_us = (statistics.median(column) * 1e6 for column in zip(*taken, strict=True))
    right = sum(one > other for one, other in taken) / len(taken)
    return (
        f"{name}: median {theirs_us:.1f} µs for another tenant's row, {nobodys_us:.1f} µs for nobody's; "
        f"of {len(taken)} pairs the other tenant's is the slower in {right:.1%}"
    )


def _over_http(served: Served, attacker: Target) -> Callable[[UUID], None]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    headers = {"Host": f"{attacker.subdomain}.example.com", "Authorization": f"Bearer {attacker.token}"}

    def ask(row_id: UUID) -> None:
        connection.request("GET", f"/api/v1/customers/{row_id}", headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 404

    ask(uuid4())
    return ask


def _bind(server: Server, connection: Connection, database: str, attacker: Target) -> None:
    with server.connect("bootstrap", database) as superuser:
        found = superuser.execute("SELECT id FROM tenants WHERE subdomain = %s", [attacker.subdomain])
        tenant_id = found.fetchall()[0][0]
    sealer = ContextSealer(CONTEXT_KEY, database)
    token = sealer.seal(TenantContext(tenant_id, role="timing"), connection.info.backend_pid)
    connection.execute("SELECT tenancy.bind(%s)", [token])


def _by_sql(connection: Connection) -> Callable[[UUID], None]:
    def ask(row_id: UUID) -> None:
        assert connection.execute(POINT, [row_id], prepare=True).fetchone() is None

    ask(uuid4())
    return ask


def _scan(connection: Connection) -> str:
    connection.execute(NO_INDEX, prepare=False)
    taken = []
    for _ in range(SCANS):
        began = time.perf_counter()
        (rows,) = connection.execute("SELECT count(*) FROM customers", prepare=False).fetchone() or ()
        taken.append(time.perf_counter() - began)
    return (
        f"a scan without indexes: {statistics.median(taken):.2f} s; of the {DATASET.rows:,} rows {rows:,} "
        "are the tenant's own"
    )


if __name__ == "__main__":
    main()
