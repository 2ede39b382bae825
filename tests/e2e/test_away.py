"""The database goes away under a running gunicorn, and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import is_served
from tests.e2e.programs import GUNICORN, Program, eventually, free_port, on_database, running
from tests.e2e.wire import CUSTOMERS, call
from tests.support.databases import Server
from tests.support.network import Proxy, proxy
from tests.support.tenants import TenantUnderTest


@pytest.fixture
def served(server: Server, shared_database: str, tmp_path: Path) -> Iterator[tuple[int, Program, Proxy]]:
    """The port of a gunicorn that reaches its database by a line, the program itself, and the line."""
    port = free_port()
    environ = on_database(server, shared_database, PORT=str(port))
    with proxy(server.address("app", shared_database)) as (line, url):
        by_line = url.set(drivername="postgresql")
        environ["DATABASE_URL"] = by_line.render_as_string(hide_password=False)
        with running(GUNICORN, environ, tmp_path) as program:
            assert eventually(lambda: is_served(port)), program.errors
            yield port, program, line


def test_a_database_that_goes_away_is_a_503_until_it_is_back(
    served: tuple[int, Program, Proxy], residents: tuple[TenantUnderTest, TenantUnderTest]
) -> None:
    port, program, line = served
    tenant = residents[0]
    mine = {"Host": f"{tenant.subdomain}.localhost", "Authorization": f"Bearer {tenant.token}"}
    assert call(port, "GET", "/readyz").json["status"] == "ready"
    assert call(port, "GET", CUSTOMERS, **mine).status == 200
    processes = program.family()

    line.cut()
    asked = time.monotonic()
    for _ in range(3):
        refused = call(port, "GET", CUSTOMERS, **mine)
        assert refused.status == 503
        assert refused.is_problem
        assert refused.json["type"] == "urn:tenantapp:problem:database-unavailable"
        assert refused.headers["retry-after"].isdecimal()
        assert "127.0.0.1" not in refused.body.decode()
    assert time.monotonic() - asked < 15
    assert eventually(lambda: call(port, "GET", "/readyz").status == 503, 5)
    not_ready = call(port, "GET", "/readyz").json
    assert not_ready["status"] == "not ready"
    assert not_ready["problems"] == ["error: connection: the database does not answer"]
    assert call(port, "GET", "/healthz").json == {"status": "ok"}

    line.mend()
    assert eventually(lambda: call(port, "GET", CUSTOMERS, **mine).status == 200)
    assert call(port, "GET", CUSTOMERS, **mine).names == {f"{tenant.subdomain} {n}" for n in range(10)}
    assert eventually(lambda: call(port, "GET", "/readyz").status == 200, 5)
    assert program.family() == processes
    assert "Traceback" not in program.errors
