"""What ends or turns A's transaction from within: the next borrower of its connection notices nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
import sqlalchemy as sa

from tenantapp.db.unit_of_work import writing
from tenantapp.postgres.errors import DatabaseUnavailable
from tenantapp.tenancy.context import tenant_context
from tests.isolation.red_team.attack import left_behind, lists_of_b, one_connection
from tests.isolation.world import MakeWorld, World
from tests.support.backends import all_returned

STATEMENTS = (
    "COMMIT",
    "ROLLBACK",
    "COMMIT AND CHAIN",
    "COMMIT; BEGIN; SAVEPOINT eve",
    "PREPARE TRANSACTION 'eve'",
    "COPY customers TO STDOUT",
    "COPY customers (name, email) FROM STDIN",
    "COMMIT; COPY (SELECT 1) TO STDOUT; SELECT 2",
    "COMMIT; LISTEN eve; DECLARE eve CURSOR WITH HOLD FOR SELECT 1; PREPARE eve AS SELECT 1",
    "DEALLOCATE ALL",
    "COMMIT; DISCARD ALL",
    "COMMIT; SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; BEGIN",
    "COMMIT; SET default_transaction_deferrable = on; SET default_transaction_isolation = serializable",
    "COMMIT; SET search_path = pg_temp, information_schema",
    "COMMIT; SET client_encoding = EUC_JP",
    "COMMIT; SET standard_conforming_strings = off; SET bytea_output = escape; SET DateStyle = 'SQL, DMY'",
    "COMMIT; SET TimeZone = 'Asia/Tokyo'; SET IntervalStyle = postgres_verbose",
    "COMMIT; SET plan_cache_mode = force_generic_plan; SET row_security = off",
    "COMMIT; SET idle_session_timeout = '1ms'",
    "SET LOCAL statement_timeout = '1ms'; SELECT count(*) FROM generate_series(1, 10000000)",
    "SELECT 1/0",
)


@pytest.fixture(scope="module")
def of_one(make_world: MakeWorld) -> Iterator[World]:
    """Give a world whose application has one connection."""
    with make_world() as world, one_connection(world):
        yield world


@pytest.mark.parametrize("through", ["SQLAlchemy", "libpq"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_next_borrower_notices_nothing(of_one: World, statement: str, through: str) -> None:
    before = lists_of_b(of_one)
    assert {status for status, _ in before} == {200}
    with (
        of_one.app.app_context(),
        tenant_context(of_one.a.context),
        suppress(sa.exc.SQLAlchemyError, psycopg.Error, DatabaseUnavailable),
        writing() as session,
    ):
        if through == "SQLAlchemy":
            session.connection().exec_driver_sql(statement)
        else:
            session.connection().connection.driver_connection.pgconn.exec_(statement.encode())
        session.execute(sa.text("SELECT 1"))
    all_returned(of_one.app)
    assert lists_of_b(of_one) == before
    assert left_behind(of_one) == []
