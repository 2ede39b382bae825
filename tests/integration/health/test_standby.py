"""A server in recovery, as a standby is after a fail-over: reads are served, and `/readyz` says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tenantapp.application import create_app
from tenantapp.health.readiness import problems
from tests.conftest import UNSAFE_AND_FAST
from tests.support.backends import close_pool
from tests.support.own_servers import DATABASE, migrated, own_server
from tests.support.tenants import make_tenant
from tests.support.wsgi import CUSTOMERS

WARNING = (
    "warning: read_only: the server is in recovery, as a standby is: reads are served, writes are refused"
)


def test_a_server_in_recovery_serves_reads_and_is_ready_with_a_warning(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root: Path = tmp_path_factory.mktemp("standby") / "postgresql"
    with own_server(root, UNSAFE_AND_FAST) as started:
        server = migrated(started)
        with server.application(DATABASE) as app:
            tenant = make_tenant(app)
            created = tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")
    (root / "data" / "standby.signal").touch()
    with own_server(root, UNSAFE_AND_FAST) as started:
        settings = replace(server, url=started.superuser_url).settings(DATABASE)
        app = create_app(settings)
        there = replace(tenant, app=app)
        for _ in range(2):
            assert there.request("GET", CUSTOMERS).json["items"] == [created]
        ready = app.test_client().get("/readyz", base_url="http://localhost")
        assert (ready.status_code, ready.json) == (200, {"status": "ready", "problems": [WARNING]})
        assert [str(problem) for problem in problems(settings)] == [WARNING]
        close_pool(app)
