"""What a server has noted of keys is written down when it is told to stop."""

from __future__ import annotations

import signal
from pathlib import Path

from flask import Flask

from tests.e2e.conftest import is_served
from tests.e2e.programs import GUNICORN, eventually, free_port, on_database, running
from tests.e2e.wire import CUSTOMERS, call
from tests.support.databases import Server
from tests.support.tenants import make_tenant

_USED = "SELECT last_used_at IS NOT NULL FROM api_keys WHERE tenant_id = %s"


def test_a_server_that_is_told_to_stop_writes_down_what_it_has_noted(
    server: Server, shared_database: str, app: Flask, tmp_path: Path
) -> None:
    tenants = [make_tenant(app) for _ in range(5)]
    port = free_port()
    with running(GUNICORN, on_database(server, shared_database, PORT=str(port)), tmp_path) as program:
        assert eventually(lambda: is_served(port)), program.errors
        for tenant in tenants:
            mine = {"Host": f"{tenant.subdomain}.localhost", "Authorization": f"Bearer {tenant.token}"}
            assert call(port, "GET", CUSTOMERS, **mine).status == 200
        assert program.end(signal.SIGTERM) == 0
        assert "Traceback" not in program.errors
    with server.connect("bootstrap", shared_database) as superuser:
        for tenant in tenants:
            assert superuser.execute(_USED, (tenant.id,)).fetchone() == (True,)
