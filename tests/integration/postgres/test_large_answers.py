"""No statement brings more into the application's memory than one answer may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import text

from tenantapp.db.session import db
from tenantapp.postgres.binding import Binding
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.errors import AnswerTooLarge
from tenantapp.postgres.selection import Selection
from tests.integration.postgres.conftest import OF_ONE, MakeApp
from tests.support.backends import all_returned, backends, eventually, pool_of
from tests.support.databases import Server
from tests.support.probes import done, in_request
from tests.support.tenants import TenantUnderTest, make_tenant

Ask = Callable[[TenantConnection, TenantUnderTest, str], Any]
MEGABYTE = 1_000_000
LIMITS = {"answer_max_bytes": MEGABYTE, "answer_max_rows": 10_000}
# Rows of 4 kB, so that the bytes are at their limit first.
ROWS = "repeat('x', 4000) AS x FROM generate_series(1, {}) AS n"
TOO_MANY_BYTES = "SELECT " + ROWS.format(30_000)
NEARLY_TOO_MANY_BYTES = "SELECT " + ROWS.format(200)
TOO_MANY_ROWS = "SELECT n FROM generate_series(1, 10001) AS n"
NEARLY_TOO_MANY_ROWS = "SELECT n FROM generate_series(1, 10000) AS n"


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An application of one connection and small answers."""
    return make_app(**OF_ONE, **LIMITS)


@pytest.fixture
def tenant(app: Flask) -> TenantUnderTest:
    return make_tenant(app)


def _plainly(connection: TenantConnection, _: TenantUnderTest, statement: str) -> Any:
    return connection.execute(statement)


def _prepared(connection: TenantConnection, _: TenantUnderTest, statement: str) -> Any:
    return connection.execute(f"{statement} WHERE n > %s", [0], prepare=True)


def _in_a_string_of_several(connection: TenantConnection, _: TenantUnderTest, statement: str) -> Any:
    return connection.execute(f"SELECT 1; {statement}; SELECT 1")


def _in_a_transaction_of_its_own(
    connection: TenantConnection, tenant: TenantUnderTest, statement: str
) -> Any:
    asked = sa.text(statement).columns(sa.column("x", sa.Text)).subquery()
    return connection.select_bound(Binding(tenant.context), Selection(sa.select(asked.c.x)), {})


WAYS = [_plainly, _prepared, _in_a_string_of_several, _in_a_transaction_of_its_own]


@pytest.mark.parametrize("ask", WAYS)
def test_too_many_bytes_are_cut_off_and_the_connection_is_closed(tenant: TenantUnderTest, ask: Ask) -> None:
    with closing(pool_of(tenant.app).connect()) as connection:
        _forget_peak()
        before = _peak()
        with pytest.raises(AnswerTooLarge, match="ANSWER_MAX_BYTES"):
            ask(connection, tenant, TOO_MANY_BYTES)
        assert _peak() - before < 20 * MEGABYTE
        assert connection.closed
    assert tenant.request("GET", "/api/v1/customers").status_code == 200


def test_without_a_limit_all_of_it_is_taken_in(make_app: MakeApp) -> None:
    with closing(pool_of(make_app(**OF_ONE)).connect()) as connection:
        connection.max_bytes = connection.max_rows = float("inf")
        _forget_peak()
        before = _peak()
        assert connection.execute(TOO_MANY_BYTES).rowcount == 30_000
        assert _peak() - before > 100 * MEGABYTE


@pytest.mark.parametrize("ask", [_plainly, _prepared, _in_a_string_of_several])
def test_too_many_rows_are_refused_and_the_connection_stays(tenant: TenantUnderTest, ask: Ask) -> None:
    with closing(pool_of(tenant.app).connect()) as connection:
        with pytest.raises(AnswerTooLarge, match="ANSWER_MAX_ROWS"):
            ask(connection, tenant, TOO_MANY_ROWS)
        assert not connection.closed
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("statement", [NEARLY_TOO_MANY_BYTES, NEARLY_TOO_MANY_ROWS])
def test_what_is_just_not_too_large_is_answered_again_and_again(
    tenant: TenantUnderTest, statement: str
) -> None:
    with closing(pool_of(tenant.app).connect()) as connection:
        rows = connection.execute(statement).rowcount
        for _ in range(3):
            assert len(connection.execute(statement).fetchall()) == rows


@pytest.mark.parametrize("statement", [TOO_MANY_BYTES, TOO_MANY_ROWS])
def test_a_request_that_asks_for_too_much_is_a_500_and_the_next_is_served(
    tenant: TenantUnderTest, server: Server, database: str, statement: str
) -> None:
    answer = in_request(tenant, lambda: len(db.session.execute(text(statement)).all()))
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert tenant.create("/api/v1/customers", name="Ada", email="ada@example.com")["name"] == "Ada"
    all_returned(tenant.app)
    # Who sent an answer that nobody reads has ended.
    eventually(lambda: len(backends(server, database)) == 1)


def test_what_is_streamed_may_be_more(tenant: TenantUnderTest) -> None:
    def work() -> dict[str, int]:
        asked = sa.text("SELECT " + ROWS.format(20_000)).columns(sa.column("x", sa.Text)).subquery()
        result = db.session.connection().execute(sa.select(asked.c.x), execution_options={"yield_per": 100})
        parts = result.partitions()
        return {"rows": sum(len(part) for part in parts)}

    assert done(in_request(tenant, work)) == {"rows": 20_000}


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Return the most memory that this process had since the last one was forgotten."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024
