"""The one message of a get or a list: what it does where something of it is missing."""

from __future__ import annotations

import enum
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ArgumentError

from tenantapp.db.repository import Repository
from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading
from tenantapp.postgres import connection as connections
from tenantapp.postgres.binding import Binding
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.engine import select_all
from tenantapp.postgres.selection import Selection
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import tenant_context
from tests.support.backends import all_returned, pool_of
from tests.support.tenants import TenantUnderTest

CUSTOMERS = "/api/v1/customers"


@pytest.fixture
def path(first: TenantUnderTest) -> str:
    """A customer's, which was read once: the connection has prepared the statement."""
    customer = first.create(CUSTOMERS, name="Ada", email="ada@example.com")
    path = f"{CUSTOMERS}/{customer['id']}"
    assert first.request("GET", path).status_code == 200
    return path


@pytest.fixture
def connection(app_of_one: Flask, path: str) -> TenantConnection:
    """The one connection of the pool."""
    all_returned(app_of_one)
    connection = pool_of(app_of_one).connect()
    connection.close()
    all_returned(app_of_one)
    return connection


def test_a_selection_is_prepared_again_after_a_rollback(
    first: TenantUnderTest, path: str, connection: TenantConnection
) -> None:
    """After one, psycopg deallocates all that is prepared."""
    duplicate = {"name": "Ada", "email": "ada@example.com"}
    for _ in range(7):
        assert first.request("POST", CUSTOMERS, json=duplicate).status_code == 409
    assert first.request("GET", path).status_code == 200
    assert not connection.closed


def test_a_statement_whose_first_execution_failed_is_executed_again(first: TenantUnderTest) -> None:
    quotient = Selection(sa.select((1 / sa.bindparam("by", type_=sa.Integer)).label("quotient")))
    with closing(pool_of(first.app).connect()) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.select_bound(Binding(first.context), quotient, {"by": 0})
        connection.rollback()
        for _ in range(2):
            rows = connection.select_bound(Binding(first.context), quotient, {"by": 1})
            assert [row.quotient for row in rows] == [1]


def test_a_selection_is_prepared_for_each_type_of_its_values(first: TenantUnderTest) -> None:
    """The driver gives a small number a type that a greater one is refused for."""
    given = Selection(sa.select(sa.bindparam("number", type_=sa.BigInteger).label("number")))
    with closing(pool_of(first.app).connect()) as connection:
        for number in (1, 2**15, 2**31, None, 1):
            rows = connection.select_bound(Binding(first.context), given, {"number": number})
            assert [row.number for row in rows] == [number]


def test_the_statements_that_stay_prepared_are_those_used_last(
    first: TenantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client can ask for hundreds of combinations of filters and orders."""
    monkeypatch.setattr(connections, "MOST_PREPARED", 2)
    one, two, three = (
        Selection(sa.select((number / sa.bindparam("by", type_=sa.Integer)).label("quotient")))
        for number in (sa.literal_column(text) for text in ("1", "2", "3"))
    )
    prepared = "SELECT name FROM pg_catalog.pg_prepared_statements WHERE name LIKE 'tenantapp_%' ORDER BY 1"
    with closing(pool_of(first.app).connect()) as connection:
        connection.execute("DEALLOCATE ALL")
        connection.commit()
        connection._prepared_selections.clear()
        # What fails makes room for itself as well.
        for selection, by in ((one, 1), (two, 1), (one, 1), (three, 0)):
            try:
                connection.select_bound(Binding(first.context), selection, {"by": by})
            except psycopg.errors.DivisionByZero:
                # As a server does it; psycopg's would forget them all.
                connection.pgconn.exec_(b"ROLLBACK")
        names = [name for (name,) in connection.execute(prepared).fetchall()]
        assert names == sorted(name.decode() for name in connection._prepared_selections)
        by_small_number = (psycopg.adapters.types["int2"].oid,)
        assert set(connection._prepared_selections) == {each.name(by_small_number) for each in (one, three)}


def test_what_one_tenant_had_prepared_lists_to_another_its_own(
    first: TenantUnderTest, second: TenantUnderTest, path: str
) -> None:
    second.create(CUSTOMERS, name="Bea", email="bea@example.com")
    for _ in range(7):
        for tenant, name in ((first, "Ada"), (second, "Bea")):
            listed = tenant.request("GET", f"{CUSTOMERS}?status=active&count=exact").json
            assert ([item["name"] for item in listed["items"]], listed["total"]) == ([name], 1)


def test_what_someone_deallocated_is_prepared_on_another_connection(
    first: TenantUnderTest, path: str, connection: TenantConnection
) -> None:
    with closing(pool_of(first.app).connect()) as lent:
        lent.execute("DEALLOCATE ALL")
    all_returned(first.app)
    assert lent is connection
    assert first.request("GET", path).status_code == 200
    assert connection.closed


def test_a_statement_planted_under_its_name_is_not_run(
    first: TenantUnderTest, path: str, connection: TenantConnection
) -> None:
    names = [name.decode() for name in connection._prepared_selections]
    assert names
    with closing(pool_of(first.app).connect()) as lent:
        for name in names:
            lent.execute(f"DEALLOCATE {name}")
            lent.execute(f"PREPARE {name} AS SELECT * FROM api_keys")
    all_returned(first.app)
    assert first.request("GET", path).json["email"] == "ada@example.com"
    assert connection.closed


def test_the_engines_listeners_are_told_of_a_selection(first: TenantUnderTest, path: str) -> None:
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    with first.app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert first.request("GET", path).status_code == 200
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement in told] == ["SELECT"]
    assert "FROM customers" in told[0]


def test_a_selection_joins_a_transaction_that_has_begun(first: TenantUnderTest, path: str) -> None:
    row_id = UUID(path.rpartition("/")[2])
    with first.app.app_context(), tenant_context(first.context), reading() as connection:
        began = connection.scalar(sa.text("SELECT now()::text || pg_backend_pid()"))
        assert Repository.of(Customer)(connection).get(row_id).email == "ada@example.com"
        assert connection.in_transaction()
        assert connection.scalar(sa.text("SELECT now()::text || pg_backend_pid()")) == began


class Colour(enum.Enum):
    """A few colours."""

    RED = "r"
    GREEN = "g"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (sa.Numeric(30, 10), Decimal("12345678901234567890.0123456789")),
        (sa.Numeric(asdecimal=False), 0.5),
        (sa.Float(), 0.1),
        (sa.Float(asdecimal=True), Decimal("0.5")),
        (sa.REAL(), 0.1),
        (sa.Date(), date(1, 1, 1)),
        (sa.Time(), time(23, 59, 59, 999999)),
        (sa.DateTime(), datetime.fromisoformat("9999-12-31T23:59:59.999999")),
        (sa.Interval(), timedelta(days=-3, microseconds=7)),
        (sa.Enum(Colour, native_enum=False), Colour.GREEN),
        (
            sa.Enum(Colour, native_enum=False, values_callable=lambda _: ["r", "g"]),
            Colour.RED,
        ),
        (sa.JSON(), {"a": [1, None, "ä"]}),
        (postgresql.JSONB(), [1, {"b": 0.5}]),
        (postgresql.INET(), ip_address("::1")),
        (sa.LargeBinary(), b"\0\xff"),
        (sa.ARRAY(sa.Numeric(4, 2)), [Decimal("0.10"), None]),
        (postgresql.ARRAY(sa.Text, dimensions=2), [["a", "b"], ["c", None]]),
        (postgresql.ARRAY(sa.Enum(Colour, native_enum=False)), [Colour.RED]),
        (sa.PickleType(), {"any": {"thing"}}),
    ],
    ids=str,
)
def test_a_parameter_of_any_type_is_given_and_read_as_sqlalchemy_does(
    first: TenantUnderTest, kind: Any, value: Any
) -> None:
    given = sa.select(sa.cast(sa.bindparam("value", type_=kind), kind).label("value"))
    with first.app.app_context(), tenant_context(first.context):
        for each in (value, None):
            with reading() as connection:
                alone = select_all(connection, Selection(given), {"value": each})[0].value
            with reading() as connection:
                assert alone == connection.execute(given, {"value": each}).scalar_one()
            assert alone == each


def test_a_list_that_is_known_when_it_is_built_becomes_a_parameter_each(first: TenantUnderTest) -> None:
    numbers = sa.values(sa.column("number", sa.Integer), name="numbers").data([(1,), (2,), (3,)])
    pair = sa.tuple_(numbers.c.number, numbers.c.number)
    for condition, found in (
        (numbers.c.number.in_([1, 3, 7]), [1, 3]),
        (numbers.c.number.not_in([1, 3]), [2]),
        (numbers.c.number.in_([]), []),
        (pair.in_([(1, 1), (2, 3)]), [1]),
        (numbers.c.number == sa.bindparam("one", 2, literal_execute=True), [2]),
        (sa.and_(numbers.c.number.in_([2, 3]), numbers.c.number > sa.bindparam("least")), [3]),
    ):
        selection = Selection(sa.select(numbers.c.number).where(condition).order_by(numbers.c.number))
        with closing(pool_of(first.app).connect()) as connection:
            rows = connection.select_bound(Binding(first.context), selection, {"least": 2})
            assert [row.number for row in rows] == found


@pytest.mark.parametrize(
    "parameter",
    [sa.bindparam("ids", expanding=True), sa.bindparam("ids", literal_execute=True)],
    ids=["a list", "a literal"],
)
def test_a_statement_whose_text_would_vary_is_refused_when_it_is_built(parameter: Any) -> None:
    condition = sa.column("id").in_(parameter) if parameter.expanding else sa.column("id") == parameter
    with pytest.raises(ArgumentError, match=r"ids: .*any_"):
        Selection(sa.select(sa.column("id")).where(condition))
