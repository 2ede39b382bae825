"""A compiled dump is equal to marshmallow's, for every kind of field."""

from __future__ import annotations

import inspect
import json
from collections import namedtuple
from datetime import datetime
from decimal import Decimal
from keyword import iskeyword
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields, post_dump, pre_dump, validate

from tenantapp.http.dump import compile_dump
from tenantapp.http.json_text import json_text
from tenantapp.identity.api_keys.schemas import ApiKeySchema, IssuedApiKeySchema
from tenantapp.identity.tenants.schemas import TenantSchema
from tenantapp.resources.customers.schemas import CustomerSchema
from tests.unit.http.kinds_of_fields import MADE, PLAIN, InnerSchema

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.from_regex(r"[a-z]{1,5}", fullmatch=True).filter(lambda name: not iskeyword(name))


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


def with_decimals_as_numbers(value: Any) -> Any:
    """Return a dump that the standard library can write: numbers are as exact as it reads them."""
    if isinstance(value, dict):
        return {key: with_decimals_as_numbers(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_decimals_as_numbers(each) for each in value]
    return json.loads(str(value)) if isinstance(value, Decimal) else value


def assert_equal_dumps(schema: Schema, row: Any) -> None:
    dumped = json.loads(json.dumps(with_decimals_as_numbers(schema.dump(row)), default=str))
    dump = compile_dump(schema)
    names = vars(row)
    of_a_result = namedtuple("Row", names)(*names.values()) if names else row
    for compiled in (dump(row), *dump.many([row, row]), *dump.many([of_a_result]), dump(names)):
        assert json.loads(json_text(compiled)) == dumped
    assert list(dump(row)) == list(schema.dump(row))


def test_every_kind_of_field_that_marshmallow_has_is_tried() -> None:
    kinds = {
        kind for _, kind in inspect.getmembers(fields, inspect.isclass) if issubclass(kind, fields.Field)
    }
    shared = {fields.Field, fields.Number, fields.Mapping, fields._TemporalField}
    nested = {fields.Nested, fields.Pluck, fields.List, fields.Method}
    assert kinds - shared - nested <= PLAIN.keys()


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


def test_a_decimal_is_a_number_with_all_its_digits() -> None:
    schema = Schema.from_dict({"value": fields.Decimal()})()
    for digits in ("12345678901234567890.123456789", "0.10", "1E+3", "-0"):
        row = SimpleNamespace(value=Decimal(digits))
        assert json_text(compile_dump(schema)(row)) == f'{{"value":{digits}}}'.encode()
    assert json_text({"value": Decimal("NaN")}) == b'{"value":null}'
    with pytest.raises(TypeError, match="object"):
        json_text(object())


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


class Whispering(Schema):
    """A schema that finds values in a way of its own."""

    value = fields.String()

    def get_attribute(self, *_: Any) -> str:
        return "whispered"


class Tree(Schema):
    """What has parts of its own kind."""

    value = fields.Integer()
    parts = fields.List(fields.Nested("Tree"))


class ForAll(Schema):
    """A schema that does something to all that is dumped together."""

    value = fields.Integer()

    @post_dump(pass_collection=True)
    def count(self, data: Any, many: bool, **_: Any) -> Any:
        return {"items": data} if many else data


@pytest.mark.parametrize(
    "schema", [Counted, Prepared, Whispering, ForAll, Tree], ids=lambda schema: schema.__name__
)
def test_a_schema_that_does_more_than_its_fields_dumps_itself(schema: type[Schema]) -> None:
    leaf = SimpleNamespace(value=1, parts=[])
    row = SimpleNamespace(value=2, parts=[leaf])
    assert_equal_dumps(schema(), row)
    for nested in (fields.Nested(schema), fields.List(fields.Nested(schema))):
        holder = Schema.from_dict({"value": nested})()
        assert_equal_dumps(holder, SimpleNamespace(value=[row] if isinstance(nested, fields.List) else row))
    holder = Schema.from_dict({"value": fields.Nested(schema, many=True)})()
    assert_equal_dumps(holder, SimpleNamespace(value=[row, leaf]))


def test_an_attribute_that_is_absent_is_left_out_or_has_its_default() -> None:
    schema = Schema.from_dict({"value": fields.Integer(), "other": fields.Integer(dump_default=7)})()
    for row in (SimpleNamespace(), SimpleNamespace(value=1), SimpleNamespace(value=1, other=2)):
        assert_equal_dumps(schema, row)


def test_a_mapping_is_dumped_by_its_keys() -> None:
    schema = Schema.from_dict({"items": fields.List(fields.Nested(InnerSchema(only=["tags"])))})()
    row = {"items": [{"tags": ["a"]}, {"tags": None}]}
    assert compile_dump(schema)(row) == schema.dump(row) == row


def test_what_is_asked_of_a_value_when_it_is_loaded_is_not_asked_when_it_is_dumped() -> None:
    schema = Schema.from_dict({"value": fields.String(required=True, validate=validate.OneOf(["a"]))})()
    assert_equal_dumps(schema, SimpleNamespace(value="b"))
