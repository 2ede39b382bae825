"""The examples of the API document are good ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields, validate

from tenantapp.http.openapi.examples import example_of
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.identity.api_keys.schemas import ApiKeySchema
from tenantapp.identity.tenants.schemas import TenantSchema
from tenantapp.resources.customers.schemas import CustomerSchema
from tests.support.described import described_app, faults


def _examples(part: Any, where: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield each example with the schema that it is an example of."""
    if isinstance(part, list):
        for number, child in enumerate(part):
            yield from _examples(child, f"{where}/{number}")
    if not isinstance(part, dict):
        return
    if "schema" in part and "example" in part:
        yield where, part["schema"], part["example"]
    for example in part.get("examples", ()):
        yield where, part, example
    for name, child in part.items():
        if name not in ("example", "examples"):
            yield from _examples(child, f"{where}/{name}")


def test_each_example_is_as_its_schema_says(document: dict[str, Any]) -> None:
    found = list(_examples(document, "#"))
    wrong = [(where, told) for where, schema, example in found if (told := faults(document, schema, example))]
    assert wrong == []
    assert len(found) > 50


def test_each_component_and_each_body_has_an_example(document: dict[str, Any]) -> None:
    assert [
        name for name, schema in document["components"]["schemas"].items() if not schema["examples"]
    ] == []
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "requestBody" in operation:
                assert all(kind["example"] for kind in operation["requestBody"]["content"].values())


def test_a_broken_example_would_be_found(document: dict[str, Any]) -> None:
    customer = document["components"]["schemas"]["Customer"]
    assert faults(document, customer, customer["examples"][0] | {"id": "4711"})
    assert faults(document, customer, customer["examples"][0] | {"email": "nobody"})
    assert faults(document, customer, customer["examples"][0] | {"created_at": "yesterday"})
    assert faults(document, customer, customer["examples"][0] | {"tenant_id": "4711"})


def test_what_is_shown_to_be_written_is_taken() -> None:
    blueprints = described_app().blueprints.values()
    schemas = [found.schema for found in blueprints if isinstance(found, ResourceBlueprint)]
    assert {CustomerSchema, ApiKeySchema} <= set(schemas)
    for schema in (*schemas, TenantSchema):
        assert schema().load(example_of(schema(), written=True)), schema


def test_a_field_without_an_example_gets_one_of_its_kind() -> None:
    class Thing(Schema):
        id = fields.UUID(dump_only=True)
        word = fields.String()
        kind = fields.String(validate=validate.OneOf(["first", "second"]))
        told = fields.String(metadata={"examples": ["told"]})
        secret = fields.String(load_only=True)
        counts = fields.List(fields.Integer())

    class Things(Schema):
        one = fields.Nested(Thing)
        more = fields.Nested(Thing, many=True)

    shown = {
        "id": "0b7c9f0e-3f6d-4a51-9c0a-6d2f1e8b4c57",
        "word": "word",
        "kind": "first",
        "told": "told",
        "counts": [1],
    }
    assert example_of(Thing()) == shown
    assert example_of(Things()) == {"one": shown, "more": [shown]}
    assert example_of(Thing(), written=True).keys() == {"word", "kind", "told", "secret", "counts"}
