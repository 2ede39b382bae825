"""A field takes what its column can hold, to the last number, and refuses what PostgreSQL would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import orjson
import psycopg
import pytest
import sqlalchemy as sa
from apispec.ext.marshmallow import OpenAPIConverter
from marshmallow import Schema, ValidationError, fields
from sqlalchemy.dialects import postgresql

from tenantapp.http.limits import hold_to_columns
from tests.support.customers import CUSTOMERS, errors_of
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

TABLE = sa.Table(
    "measures",
    sa.MetaData(),
    sa.Column("small", sa.SmallInteger),
    sa.Column("whole", sa.Integer),
    sa.Column("big", sa.BigInteger),
    sa.Column("price", sa.Numeric(6, 2)),
    sa.Column("free", sa.Numeric),
    sa.Column("single", sa.REAL),
    sa.Column("double", sa.Double),
    sa.Column("code", sa.String(5)),
    sa.Column("text", sa.Text),
)


class MeasureSchema(Schema):
    """Numbers and text as marshmallow has them, without a limit."""

    small = fields.Integer()
    whole = fields.Integer()
    big = fields.Integer()
    price = fields.Decimal(as_string=True)
    free = fields.Decimal(as_string=True)
    single = fields.Float()
    double = fields.Float()
    code = fields.String()
    text = fields.String()


hold_to_columns(MeasureSchema, cast("Any", SimpleNamespace(__table__=TABLE)))
VALUES: dict[str, list[Any]] = {
    "small": [2**15 - 1, 2**15, -(2**15), -(2**15) - 1],
    "whole": [2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 10**40],
    "big": [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**400],
    "price": [
        Decimal(text) for text in ("9999.99", "9999.994", "9999.995", "10000", "-9999.994", "-9999.995")
    ],
    "free": [Decimal(10) ** 400, Decimal("1e-400")],
    "single": [3.4028234663852886e38, 3.5e38, -3.4028234663852886e38, -1e39, 1.5],
    "double": [1.7976931348623157e308, -1.7976931348623157e308],
    "code": ["abcde", "äöüßé", "abcdef", "a\0"],
    "text": ["a" * 100_000, "\0", "\ud800"],
}

CASES = [(name, value) for name in VALUES for value in VALUES[name]]


@pytest.fixture(scope="module")
def connection(server: Server, shared_database: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser with a table of these columns that goes with its session."""
    with server.connect("bootstrap", shared_database) as connected:
        columns = sa.schema.CreateTable(TABLE).compile(dialect=postgresql.dialect())
        connected.execute(str(columns).replace("CREATE TABLE", "CREATE TEMPORARY TABLE"))
        yield connected


@pytest.mark.parametrize(("name", "value"), CASES, ids=ascii)
def test_a_field_refuses_what_postgresql_refuses(
    connection: psycopg.Connection[Any], name: str, value: Any
) -> None:
    try:
        connection.execute(f"INSERT INTO measures ({name}) VALUES (%s)", [value])
        is_kept = True
    except (psycopg.DataError, UnicodeEncodeError):
        is_kept = False
    sent = str(value) if isinstance(value, Decimal) else value
    if is_kept:
        assert MeasureSchema().load({name: sent})
        return
    with pytest.raises(ValidationError) as refused:
        MeasureSchema().load({name: sent})
    assert refused.value.messages_dict.keys() == {name}


def test_the_document_names_the_limits() -> None:
    described = OpenAPIConverter("3.1.0", lambda _schema: None, None).schema2jsonschema(MeasureSchema())
    told = orjson.loads(orjson.dumps(described["properties"]))
    assert (told["whole"]["minimum"], told["whole"]["maximum"]) == (-(2**31), 2**31 - 1)
    assert "minimum" not in told["price"], "apispec would write a text there"
    assert told["code"]["maxLength"] == 5


@pytest.mark.parametrize("number", ["0", "201", "9" * 20, "9" * 4000, "-1", "+5", "1e3", "5.0", " 5", "0x5"])
def test_a_number_in_a_query_string_that_is_out_of_range_is_named(
    tenant: TenantUnderTest, number: str
) -> None:
    answer = tenant.request("GET", CUSTOMERS, query_string={"limit": number})
    assert list(errors_of(answer)) == ["limit"]
