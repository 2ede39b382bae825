"""What a worker keeps for good of the imports that it served at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tenantapp.http.files.tabular import NDJSON
from tenantapp.testing.canaries import Neighbours
from tests.e2e.conftest import is_served
from tests.e2e.programs import GUNICORN, eventually, free_port, on_database, running
from tests.growth.worker import MIB, Request, Worker
from tests.support.databases import Server

pytestmark = pytest.mark.growth

AT_ONCE = 8
ROWS = 3000
MOST_KEPT = 10 * MIB
PATH = "/api/v1/customers"


@pytest.fixture(scope="module")
def busy_worker(
    server: Server, shared_database: str, neighbours: Neighbours, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """A server of one process with all its threads, as it is delivered, for one tenant."""
    port = free_port()
    environ = on_database(server, shared_database, PORT=str(port), WEB_WORKERS="1")
    with running(GUNICORN, environ, tmp_path_factory.mktemp("kept")) as program:
        assert eventually(lambda: is_served(port)), program.errors
        yield Worker(program, port, neighbours.a)


def at_once(worker: Worker, request: Request) -> set[int]:
    """Send a request from several clients at once, and return how they were answered."""
    with ThreadPoolExecutor(AT_ONCE) as clients:
        return {status for status, _ in clients.map(worker.send, [request] * AT_ONCE)}


def test_imports_leave_little_memory_behind(busy_worker: Worker) -> None:
    # Connections, and what is made at first use, are not the imports'.
    assert at_once(busy_worker, Request("GET", f"{PATH}/export?format=ndjson")) == {200}
    rows = [b'{"name": "Ada", "email": "kept-%d@a.example"}\n' % number for number in range(ROWS)]
    few, many = (
        Request("POST", f"{PATH}/import", b"".join([*part, b"{}\n"]), {"Content-Type": NDJSON})
        for part in (rows[:10], rows)
    )
    assert at_once(busy_worker, few) == {422}
    before = busy_worker.resident()
    for _ in range(2):
        assert at_once(busy_worker, many) == {422}
    time.sleep(1)
    assert busy_worker.resident() - before < MOST_KEPT
