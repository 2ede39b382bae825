"""A sample of each kind of field that marshmallow has, with values to dump."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import timedelta, timezone
from ipaddress import ip_interface
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st
from marshmallow import Schema, fields

from tenantapp.http.fields import (
    Email,
    JsonObject,
    LowerCaseText,
    Moment,
    Reference,
    State,
    Tags,
    Text,
    Word,
)
from tenantapp.models.states import States

Kind = tuple[Callable[..., fields.Field[Any]], st.SearchStrategy[Any]]

NUMBERS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(timezones=ZONES) | st.datetimes(timezones=ZONES).map(
    lambda moment: moment.replace(microsecond=0)
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | FLOATS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=3)

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
NAIVE = st.datetimes()


class Colour(enum.Enum):
    """A few colours."""

    RED = "r"
    GREEN = "g"


class Shouting(fields.String):
    """A field that dumps in a way of its own."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return None if value is None else str(value).upper()


class Doubled(fields.Integer):
    """A number that dumps as another one."""

    def _format_num(self, value: Any) -> int:
        return 2 * int(value)


class FromElsewhere(fields.String):
    """A field that finds its value in a way of its own."""

    def get_value(self, *_: Any, **__: Any) -> str:
        return "found"


class Answering(Schema):
    """A schema with a method that a field of it asks."""

    value = fields.Method("answer")

    def answer(self, _: Any) -> int:
        return 42


PLAIN: dict[type[fields.Field[Any]], Kind] = {
    fields.String: (fields.String, st.text()),
    fields.Email: (fields.Email, st.emails()),
    fields.Integer: (fields.Integer, NUMBERS),
    fields.Boolean: (fields.Boolean, st.booleans()),
    fields.Float: (fields.Float, FLOATS),
    fields.UUID: (fields.UUID, st.uuids()),
    fields.AwareDateTime: (fields.AwareDateTime, MOMENTS),
    fields.Dict: (fields.Dict, OBJECTS),
    fields.Raw: (fields.Raw, JSON),
    fields.Decimal: (fields.Decimal, DECIMALS),
    fields.Date: (fields.Date, st.dates()),
    fields.Time: (fields.Time, st.times()),
    fields.DateTime: (fields.DateTime, MOMENTS | NAIVE),
    fields.NaiveDateTime: (fields.NaiveDateTime, NAIVE),
    fields.TimeDelta: (fields.TimeDelta, st.timedeltas()),
    fields.Url: (fields.Url, st.text()),
    fields.Enum: (lambda **options: fields.Enum(Colour, **options), st.sampled_from(Colour)),
    fields.IP: (fields.IP, st.ip_addresses()),
    fields.IPv4: (fields.IPv4, st.ip_addresses(v=4)),
    fields.IPv6: (fields.IPv6, st.ip_addresses(v=6)),
    fields.IPInterface: (fields.IPInterface, st.ip_addresses().map(ip_interface)),
    fields.IPv4Interface: (fields.IPv4Interface, st.ip_addresses(v=4).map(ip_interface)),
    fields.IPv6Interface: (fields.IPv6Interface, st.ip_addresses(v=6).map(ip_interface)),
    fields.Constant: (lambda **options: fields.Constant(7, **options), st.text()),
    fields.Function: (lambda **options: fields.Function(lambda _: 7, **options), st.text()),
    fields.Tuple: (
        lambda **options: fields.Tuple((fields.Date(), fields.Decimal()), **options),
        st.tuples(st.dates(), DECIMALS),
    ),
    Shouting: (Shouting, st.text()),
    Doubled: (Doubled, st.integers(-(2**62), 2**62 - 1)),
    FromElsewhere: (FromElsewhere, st.text()),
    Text: (lambda **options: Text(10, **options), st.text()),
    LowerCaseText: (lambda **options: LowerCaseText(10, **options), st.text()),
    Email: (Email, st.emails()),
    Moment: (Moment, MOMENTS),
    Word: (lambda **options: Word(["a", "b"], **options), st.text()),
    State: (lambda **options: State(States({"a": ["b"], "b": []}), **options), st.text()),
    Tags: (Tags, st.lists(st.text(), max_size=3)),
    Reference: (lambda **options: Reference("a user", **options), st.uuids()),
    JsonObject: (JsonObject, OBJECTS),
}


class InnerSchema(Schema):
    """What is nested."""

    id = fields.UUID()
    at = fields.AwareDateTime(data_key="when", attribute="moment")
    tags = fields.List(fields.String())
    secret = fields.String(load_only=True)


INNER = st.builds(
    lambda **values: SimpleNamespace(**values, secret="hidden"),
    id=st.uuids(),
    moment=MOMENTS | st.none(),
    tags=st.lists(st.text(), max_size=3) | st.none(),
)
OTHER_FORMS: list[Kind] = [
    (lambda **options: fields.Integer(as_string=True, **options), NUMBERS),
    (lambda **options: fields.Float(as_string=True, **options), FLOATS),
    (lambda **options: fields.Decimal(as_string=True, **options), DECIMALS),
    (lambda **options: fields.Decimal(places=2, **options), st.decimals(-1000, 1000)),
    (lambda **options: fields.AwareDateTime(format="timestamp", **options), MOMENTS),
    (lambda **options: fields.AwareDateTime(format="rfc", **options), MOMENTS),
    (lambda **options: fields.Date(format="%d.%m.%y", **options), st.dates()),
    (lambda **options: fields.Enum(Colour, by_value=True, **options), st.sampled_from(Colour)),
    (lambda **options: fields.Dict(values=fields.Date(), **options), st.dictionaries(st.text(), st.dates())),
    (lambda **options: fields.Dict(keys=fields.UUID(), **options), st.dictionaries(st.uuids(), JSON)),
]
MADE: list[Kind] = [
    (lambda **options: fields.Nested(InnerSchema, **options), INNER),
    (lambda **options: fields.Nested(InnerSchema, many=True, **options), st.lists(INNER, max_size=3)),
    (lambda **options: fields.Nested(InnerSchema(many=True), **options), st.lists(INNER, max_size=3)),
    (lambda **options: fields.Nested(InnerSchema(only=["id"]), **options), INNER),
    (lambda **options: fields.Nested(InnerSchema(exclude=["at"]), **options), INNER),
    (lambda **options: fields.Pluck(InnerSchema, "id", **options), INNER),
    (lambda **options: fields.Nested(Answering, **options), INNER),
    *OTHER_FORMS,
    (
        lambda **options: fields.List(fields.Nested(InnerSchema), **options),
        st.lists(INNER | st.none(), max_size=3),
    ),
    (
        lambda **options: fields.List(fields.List(fields.Nested(InnerSchema)), **options),
        st.lists(st.lists(INNER, max_size=2) | st.none(), max_size=2),
    ),
    *(
        (
            lambda make=make, **options: fields.List(make(), **options),
            st.lists(values | st.none(), max_size=3),
        )
        for make, values in PLAIN.values()
    ),
]
