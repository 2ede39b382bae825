"""What a unit of work has asked for holds on the connection that takes a dropped one's place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import changing, reading, writing
from tenantapp.postgres.isolation import Isolation
from tenantapp.tenancy.context import tenant_context
from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import backends, terminate
from tests.support.databases import Server
from tests.support.tenants import make_tenant

PID = text("SELECT pg_backend_pid()")
MODES = text(
    "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'),"
    " current_setting('transaction_deferrable')"
)


@pytest.fixture
def in_context(make_app: MakeApp) -> Iterator[Flask]:
    """An application of two connections, in a tenant's context."""
    app = make_app(pool_min_size=2, pool_max_size=2)
    with app.app_context(), tenant_context(make_tenant(app).context):
        yield app


@pytest.mark.parametrize("unit", [reading, changing, writing])
@pytest.mark.parametrize("level", [Isolation.REPEATABLE_READ, Isolation.SERIALIZABLE])
def test_a_unit_keeps_its_level_when_its_connection_is_dropped_before_it_begins(
    in_context: Flask, server: Server, database: str, unit: Any, level: Isolation
) -> None:
    terminate(server, *backends(server, database))
    with unit(level) as connection:
        assert connection.execute(MODES).one()[0] == level.lower()


@pytest.mark.parametrize("level", [Isolation.REPEATABLE_READ, Isolation.SERIALIZABLE])
def test_a_unit_keeps_its_level_when_its_connection_is_dropped_between_two_transactions(
    in_context: Flask, server: Server, level: Isolation
) -> None:
    with changing(level) as connection:
        pid = connection.execute(PID).scalar_one()
        connection.commit()
        terminate(server, pid)
        assert connection.execute(MODES).one()[0] == level.lower()
        assert connection.execute(PID).scalar_one() != pid


def test_execution_options_hold_when_a_connection_is_dropped(
    in_context: Flask, server: Server, database: str
) -> None:
    options = {"isolation_level": "SERIALIZABLE", "postgresql_readonly": True, "postgresql_deferrable": True}
    for connect in (
        lambda: db.engine.connect().execution_options(**options),
        lambda: db.engine.execution_options(**options).connect(),
    ):
        with connect() as connection:
            assert connection.execute(MODES).one() == ("serializable", "on", "on")
            connection.commit()
            terminate(server, *backends(server, database))
            assert connection.execute(MODES).one() == ("serializable", "on", "on")
        with db.engine.connect() as connection:
            assert connection.execute(MODES).one() == ("read committed", "off", "off")


def test_what_a_reading_unit_would_not_heed_is_refused(in_context: Flask) -> None:
    with reading() as connection, pytest.raises(ArgumentError, match=r"reading\(isolation\)"):
        connection.execution_options(isolation_level="SERIALIZABLE")
