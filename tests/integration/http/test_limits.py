"""A field takes what its column can hold, to the last number, and refuses what PostgreSQL would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
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
from tests.support.databases import Server

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
    sa.Column("link", sa.String(30)),
    sa.Column("count", sa.Integer),
    sa.Column("exact", sa.Double),
    sa.Column("amount", sa.Numeric(6, 2)),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("local", sa.DateTime),
    sa.Column("day", sa.Date),
    sa.Column("words", postgresql.ARRAY(sa.String(3))),
    sa.Column("grid", postgresql.ARRAY(sa.Integer, dimensions=2)),
    sa.Column("lines", postgresql.JSONB),
)


class LineSchema(Schema):
    """What a JSON column holds a list of."""

    label = fields.String()
    count = fields.Integer()


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
    link = fields.Url()
    count = fields.Decimal()
    exact = fields.Decimal(allow_nan=True)
    amount = fields.Float(allow_nan=True)
    at = fields.AwareDateTime()
    local = fields.NaiveDateTime()
    day = fields.Date()
    words = fields.List(fields.String())
    grid = fields.List(fields.List(fields.Integer()))
    lines = fields.List(fields.Nested(LineSchema))


hold_to_columns(MeasureSchema, cast("Any", SimpleNamespace(__table__=TABLE)))
VALUES: dict[str, list[Any]] = {
    "small": [2**15 - 1, 2**15, -(2**15), -(2**15) - 1],
    "whole": [2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 10**40],
    "big": [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**400],
    "price": [Decimal(text) for text in ("9999.99", "10000", "-9999.99", "0.10", "0.1000", "1E+3", "-0")],
    "free": [
        Decimal(10) ** 400,
        Decimal("1e-400"),
        *map(Decimal, ("1e131071", "1e131072", "1e-16383", "0e-16384", "1e999999", "1e-999999")),
    ],
    "single": [
        3.4028234663852886e38,
        3.4028235e38,
        3.5e38,
        -3.4028234663852886e38,
        -1e39,
        1.5,
        1e-45,
        1e-46,
        0.0,
    ],
    "double": [1.7976931348623157e308, -1.7976931348623157e308],
    "code": ["abcde", "äöüßé", "abcdef", "a\0"],
    "text": ["a" * 100_000, "\0", "\ud800"],
    "link": ["https://example.com/1234567890", "https://example.com/12345678901"],
    "count": [Decimal(2**31 - 1), Decimal(2**31), Decimal("-1e40")],
    "exact": [Decimal(text) for text in ("1e308", "1e309", "1e-323", "1e-400")],
    "local": [datetime.fromisoformat(f"{day}T23:59:59.999999") for day in ("0001-01-01", "9999-12-31")],
    "day": [date(1, 1, 1), date(9999, 12, 31)],
    "words": [["abc"], ["abcd"], ["a\0"], ["\ud800"], []],
    "grid": [[[1, 2], [3, 4]], [[1, 2], [3]], [[2**31]], []],
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
    sent = str(value) if isinstance(value, Decimal | date) else value
    if is_kept:
        assert MeasureSchema().load({name: sent})
        return
    with pytest.raises(ValidationError) as refused:
        MeasureSchema().load({name: sent})
    assert refused.value.messages_dict.keys() == {name}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # PostgreSQL would round these, or keep what cannot be shown.
        ("price", "1.234"),
        ("price", "9999.995"),
        ("price", "1e-20000"),
        ("amount", 0.1 + 0.2),
        ("amount", "NaN"),
        ("amount", "Infinity"),
        ("exact", "NaN"),
        ("exact", "sNaN"),
        ("exact", "-Infinity"),
        ("count", "1.5"),
        ("whole", True),
        ("double", "inf"),
        ("double", "nan"),
        ("grid", [[]]),
        ("grid", [[1], None]),
        ("at", "9999-12-31T23:59:59-14:00"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("at", "10000-01-01T00:00:00+00:00"),
        ("at", "infinity"),
        ("local", "0000-01-01T00:00:00"),
        ("day", "10000-01-01"),
        ("day", "0000-12-31"),
        ("day", "infinity"),
        ("lines", [{"label": "a\0"}]),
        ("lines", [{"label": "\ud800"}]),
        ("lines", [{"label": 7}]),
    ],
    ids=ascii,
)
def test_a_field_refuses_what_would_not_be_kept_as_it_is(name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        MeasureSchema().load({name: value})
    assert refused.value.messages_dict.keys() == {name}


@pytest.mark.parametrize(
    "field",
    [
        fields.Decimal(),
        fields.Date(),
        fields.UUID(),
        fields.List(fields.Time()),
        fields.Dict(values=fields.Decimal()),
        fields.Nested(Schema.from_dict({"inner": fields.List(fields.Date())})),
        fields.Nested(Schema.from_dict({"inner": fields.Decimal()}), many=True),
    ],
    ids=lambda field: type(field).__name__,
)
def test_a_field_that_loads_what_json_does_not_have_is_refused_over_a_column_of_json(
    field: fields.Field[Any],
) -> None:
    with pytest.raises(TypeError, match=r"GeneratedSchema\.lines.*: a (Decimal|Date|UUID|Time) loads"):
        hold_to_columns(Schema.from_dict({"lines": field}), cast("Any", SimpleNamespace(__table__=TABLE)))


def test_the_document_names_the_limits() -> None:
    described = OpenAPIConverter("3.1.0", lambda _schema: None, None).schema2jsonschema(MeasureSchema())
    told = orjson.loads(orjson.dumps(described["properties"]))
    assert (told["whole"]["minimum"], told["whole"]["maximum"]) == (-(2**31), 2**31 - 1)
    assert "minimum" not in told["price"], "apispec would write a text there"
    assert told["code"]["maxLength"] == 5
