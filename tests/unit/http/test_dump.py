"""A compiled dump is equal to marshmallow's, for every kind of field it knows, and refuses every other."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields, post_dump, pre_dump, validate

from tenantapp.customers.schemas import CustomerSchema
from tenantapp.db.states import States
from tenantapp.http import dump
from tenantapp.http.dump import compile_dump
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
from tenantapp.identity.schemas import ApiKeySchema, IssuedApiKeySchema
from tenantapp.tenants.schemas import TenantSchema

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
MADE: list[Kind] = [
    (lambda **options: fields.Nested(InnerSchema, **options), INNER),
    (lambda **options: fields.Nested(InnerSchema, many=True, **options), st.lists(INNER, max_size=3)),
    (lambda **options: fields.Nested(InnerSchema(many=True), **options), st.lists(INNER, max_size=3)),
    (lambda **options: fields.Nested(InnerSchema(only=["id"]), **options), INNER),
    (lambda **options: fields.Nested(InnerSchema(exclude=["at"]), **options), INNER),
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
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.from_regex(r"[a-z]{1,5}", fullmatch=True)


@st.composite
def schemas_and_objects(draw: st.DrawFn) -> tuple[Schema, Any]:
    """Draw a schema of any fields, and an object that has all they ask for."""
    declared: dict[str, fields.Field[Any]] = {}
    values: dict[str, Any] = {}
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    for number, name in enumerate(names):
        make, of_kind = draw(st.sampled_from([*PLAIN.values(), *MADE]))
        options: dict[str, Any] = {}
        attribute = name
        if draw(st.booleans()):
            options["attribute"] = attribute = f"{name}_kept"
        if draw(st.booleans()):
            options["data_key"] = f"{number}-{draw(st.text(max_size=3))}"
        # The first one is shown: a schema that shows nothing is none.
        options |= draw(
            st.sampled_from([{}, {"dump_only": True}, *([{"load_only": True}] if number else [])])
        )
        declared[name] = make(allow_none=True, **options)
        values[attribute] = draw(of_kind | st.none())
    return Schema.from_dict(declared)(), SimpleNamespace(**values)


def assert_equal_dumps(schema: Schema, row: Any) -> None:
    compiled = orjson.loads(orjson.dumps(compile_dump(schema)(row)))
    assert compiled == json.loads(json.dumps(schema.dump(row)))


def test_every_kind_that_is_passed_on_is_tried() -> None:
    assert PLAIN.keys() == dump._AS_THEY_ARE


@UNHURRIED
@given(drawn=schemas_and_objects())
def test_a_compiled_dump_is_marshmallows(drawn: tuple[Schema, Any]) -> None:
    assert_equal_dumps(*drawn)


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
@UNHURRIED
@given(data=st.data())
def test_each_kind_is_dumped_as_marshmallow_does(kind: type[fields.Field[Any]], data: st.DataObject) -> None:
    make, values = PLAIN[kind]
    schema = Schema.from_dict({"value": make()})()
    assert_equal_dumps(schema, SimpleNamespace(value=data.draw(values | st.none())))


@pytest.mark.parametrize(
    "schema",
    [CustomerSchema, ApiKeySchema, IssuedApiKeySchema, TenantSchema],
    ids=lambda schema: schema.__name__,
)
@UNHURRIED
@given(data=st.data())
def test_each_resource_is_dumped_as_marshmallow_does(schema: type[Schema], data: st.DataObject) -> None:
    row = SimpleNamespace()
    for name, field in schema().dump_fields.items():
        values = st.lists(st.text()) if isinstance(field, fields.List) else PLAIN[type(field)][1]
        setattr(row, name, data.draw(values | st.none()))
    assert_equal_dumps(schema(), row)


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999-14:00",
        "2026-01-01T00:00:00+00:00",
        "2026-01-01T00:00:00.000001+05:30",
        "2026-01-01T00:00:00.100000-00:30",
    ],
)
def test_a_moment_is_written_as_marshmallow_does_to_the_letter(moment: str) -> None:
    row = SimpleNamespace(value=datetime.fromisoformat(moment))
    schema = Schema.from_dict({"value": fields.AwareDateTime()})()
    assert orjson.dumps(compile_dump(schema)(row)) == json.dumps({"value": moment}).replace(" ", "").encode()


def test_an_attribute_may_be_one_of_an_attribute() -> None:
    schema = Schema.from_dict({"name": fields.String(attribute="owner.name")})()
    assert_equal_dumps(schema, SimpleNamespace(owner=SimpleNamespace(name="Ada")))


def test_a_schema_of_some_fields_shows_those_alone() -> None:
    row = SimpleNamespace(id=None, moment=None, tags=[], secret="x")
    for schema in (InnerSchema(only=["id", "at"]), InnerSchema(exclude=["tags"]), InnerSchema(only=["tags"])):
        assert_equal_dumps(schema, row)


class Shouting(fields.String):
    """A field that dumps in a way of its own."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str:
        return str(value).upper()


@pytest.mark.parametrize(
    "field",
    [
        Shouting(),
        fields.Decimal(),
        fields.Date(),
        fields.Time(),
        fields.NaiveDateTime(),
        fields.DateTime(),
        fields.TimeDelta(),
        fields.Url(),
        fields.IP(),
        fields.Constant(1),
        fields.Function(lambda _: 1),
        fields.Tuple((fields.String(),)),
        fields.Pluck(InnerSchema, "id"),
        fields.Integer(as_string=True),
        fields.Float(as_string=True),
        fields.AwareDateTime(format="timestamp"),
        fields.AwareDateTime(format="%Y"),
        fields.AwareDateTime(format="rfc"),
        fields.Dict(values=fields.Decimal()),
        fields.Dict(values=fields.Integer(as_string=True)),
        fields.Dict(keys=fields.UUID()),
    ],
    ids=lambda field: type(field).__name__,
)
def test_a_field_that_is_dumped_otherwise_is_refused_when_it_is_declared(field: fields.Field[Any]) -> None:
    for made in (field, fields.List(field), fields.Nested(Schema.from_dict({"inner": field}))):
        with pytest.raises(TypeError, match=type(field).__name__):
            compile_dump(Schema.from_dict({"value": made})())


class Counted(Schema):
    """A schema that adds something to what it dumps."""

    value = fields.Integer()

    @post_dump
    def count(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "count": len(data)}


class Prepared(Schema):
    """A schema that dumps something else than what it is given."""

    value = fields.Integer()

    @pre_dump
    def prepare(self, _data: Any, **_: Any) -> dict[str, Any]:
        return {"value": 1}


@pytest.mark.parametrize("schema", [Counted, Prepared], ids=lambda schema: schema.__name__)
def test_a_schema_that_does_more_than_its_fields_is_refused(schema: type[Schema]) -> None:
    for made in (schema(), Schema.from_dict({"value": fields.Nested(schema)})()):
        with pytest.raises(TypeError, match=schema.__name__):
            compile_dump(made)


def test_what_is_asked_of_a_value_when_it_is_loaded_is_not_asked_when_it_is_dumped() -> None:
    schema = Schema.from_dict({"value": fields.String(required=True, validate=validate.OneOf(["a"]))})()
    assert_equal_dumps(schema, SimpleNamespace(value="b"))
