"""A worker whose time and memory are measured, and a tenant with a row of everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tenantapp.testing.canaries import Neighbours, settle
from tests.e2e.conftest import is_served
from tests.e2e.programs import GUNICORN, eventually, free_port, on_database, running
from tests.growth.worker import Worker
from tests.support.databases import Server

# glibc keeps what was freed for the next request, and what one takes could not be told from what others took.
GIVES_BACK = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


@pytest.fixture(scope="session")
def neighbours(app: Flask) -> Neighbours:
    """Two tenants with a row in every table."""
    return Neighbours(app, settle(app), settle(app))


@pytest.fixture(scope="session")
def worker(
    server: Server, shared_database: str, neighbours: Neighbours, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """A server of one thread, whose memory is that of one request, for the first of them."""
    port = free_port()
    environ = on_database(server, shared_database, PORT=str(port), WEB_WORKERS="1", WEB_THREADS="1")
    environ |= GIVES_BACK
    with running(GUNICORN, environ, tmp_path_factory.mktemp("growth")) as program:
        assert eventually(lambda: is_served(port)), program.errors
        yield Worker(program, port, neighbours.a)
        assert "Traceback" not in program.errors
