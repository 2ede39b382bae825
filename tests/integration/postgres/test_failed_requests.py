"""A request that fails leaves its connection clean and in the pool, and nothing for the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import pq
from sqlalchemy import text

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading, writing
from tests.factories.customers import CustomerFactory
from tests.support.backends import all_returned, pool_of
from tests.support.probes import in_request
from tests.support.tenants import TenantUnderTest

SECRET = "what the client must not read"


def _in_the_program() -> Any:
    db.session.add(CustomerFactory())
    db.session.flush()
    raise RuntimeError(SECRET)


def _in_a_statement() -> Any:
    db.session.add(CustomerFactory())
    db.session.flush()
    db.session.execute(text("SELECT CAST(:value AS integer)"), {"value": SECRET})


def _in_a_statement_after_a_commit() -> Any:
    db.session.execute(text("SELECT 1"))
    db.session.commit()
    db.session.execute(text("SELECT nothing.there"))


def _in_a_savepoint() -> Any:
    db.session.begin_nested()
    db.session.add(CustomerFactory())
    db.session.flush()
    raise RuntimeError(SECRET)


def _in_a_unit_that_reads() -> Any:
    with reading() as connection:
        connection.execute(text("SELECT 1"))
        raise RuntimeError(SECRET)


def _in_a_unit_that_writes() -> Any:
    with writing() as session:
        session.add(CustomerFactory())
        session.flush()
        raise RuntimeError(SECRET)


def _writing_in_a_unit_that_reads() -> Any:
    with reading() as connection:
        connection.execute(text("INSERT INTO customers (name, email) VALUES ('Ada', 'ada@example.com')"))


def _with_a_cursor_half_read() -> Any:
    rows = db.session.execute(text("SELECT generate_series(1, 1000)").execution_options(yield_per=10))
    next(rows)
    raise RuntimeError(SECRET)


FAILURES = [
    _in_the_program,
    _in_a_statement,
    _in_a_statement_after_a_commit,
    _in_a_savepoint,
    _in_a_unit_that_reads,
    _in_a_unit_that_writes,
    _writing_in_a_unit_that_reads,
    _with_a_cursor_half_read,
]


@pytest.mark.parametrize("fail", FAILURES, ids=lambda fail: fail.__name__.strip("_"))
def test_the_next_request_is_unaffected(
    first: TenantUnderTest, second: TenantUnderTest, fail: Callable[[], Any]
) -> None:
    response = in_request(first, fail)
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert SECRET not in response.get_data(as_text=True)
    assert "customers" not in response.get_data(as_text=True)

    all_returned(first.app)
    connection = pool_of(first.app).connect()
    assert connection.info.transaction_status == pq.TransactionStatus.IDLE
    assert connection.execute("SELECT current_setting('tenancy.context', true)").fetchone() == ("",)
    connection.close()

    created = second.create("/api/v1/customers", name="Bob", email="bob@example.com")
    assert second.request("GET", "/api/v1/customers").json["items"] == [created]
    assert first.request("GET", "/api/v1/customers").json["items"] == []


def test_a_request_that_returns_without_a_commit_writes_nothing(first: TenantUnderTest) -> None:
    def work() -> Any:
        db.session.add(CustomerFactory())
        db.session.flush()
        return ["returned"]

    assert in_request(first, work).status_code == 200
    assert first.request("GET", "/api/v1/customers").json["items"] == []
