"""The JSON Schemas in `docs/schemas/`: current, and in agreement with the models and the API document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tenantapp.http.openapi.schema_plugin import component_name
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.identity.tenants.models import Tenant
from tenantapp.models.columns import ShortTexts
from tenantapp.models.scoped import table_of
from tenantapp.settings.load import ROOT
from tests.support.comparison import of_model
from tests.support.described import described_app, document_of

FOLDER = ROOT / "docs" / "schemas"
TYPES = {
    sa.Uuid: "string",
    sa.Enum: "string",
    sa.String: "string",
    sa.Integer: "integer",
    sa.Boolean: "boolean",
    sa.DateTime: "string",
    sa.ARRAY: "array",
    sa.JSON: "object",
}


@pytest.fixture(scope="module")
def described() -> Flask:
    return described_app()


def kept() -> dict[str, dict[str, Any]]:
    """Return the files' content by the object's name."""
    return {path.name.removesuffix(".schema.json"): json.loads(path.read_text()) for path in FOLDER.iterdir()}


def tables(app: Flask) -> dict[str, sa.Table]:
    """Return the table of each object that is a row, by the object's name."""
    resources = [found for found in app.blueprints.values() if isinstance(found, ResourceBlueprint)]
    return {component_name(found.schema): table_of(found.repository.model) for found in resources} | {
        "Tenant": table_of(Tenant)
    }


def told(prop: dict[str, Any]) -> dict[str, Any]:
    """Return what a property tells of the column that keeps it."""
    types = prop["type"] if isinstance(prop["type"], list) else [prop["type"]]
    words = prop.get("items", prop).get("enum")
    return {
        "type": next(found for found in types if found != "null"),
        "nullable": "null" in types,
        "length": prop.get("items", prop).get("maxLength"),
        "words": None if words is None else {word for word in words if word is not None},
    }


def expected(column: sa.Column[Any], prop: dict[str, Any]) -> dict[str, Any]:
    """Return what a property has to tell, by the model's column."""
    model = of_model(column)
    inner = column.type.item_type if isinstance(column.type, sa.ARRAY) else column.type
    if isinstance(column.type, ShortTexts):
        inner = sa.String(column.type.length)
    # What a client cannot write need tell neither length nor words; a choice of words needs no length.
    untold = prop.get("readOnly") and "enum" not in prop.get("items", prop)
    needs_length = not prop.get("readOnly") and model.words is None and isinstance(inner, sa.String)
    return {
        "type": next(said for kind, said in TYPES.items() if isinstance(column.type, kind)),
        "nullable": model.nullable,
        "length": inner.length if needs_length and isinstance(inner, sa.String) else None,
        "words": None if untold or model.words is None else set(model.words),
    }


def disagreements(schema: dict[str, Any], table: sa.Table) -> Iterator[str]:
    """Yield how a schema and its table disagree."""
    for name, prop in schema["properties"].items():
        if name not in table.columns:
            yield f"{name}: no column"
        elif (said := told(prop)) != (model := expected(table.columns[name], prop)):
            yield f"{name}: told {said}, the model has {model}"
    needed = {
        name
        for name, prop in schema["properties"].items()
        if not prop.get("readOnly")
        and not table.columns[name].nullable
        and not table.columns[name].server_default
    }
    if set(schema.get("required", [])) != needed:
        yield f"required: told {schema.get('required')}, the model needs {sorted(needed)}"


def test_they_are_what_the_command_writes(described: Flask, tmp_path: Path) -> None:
    assert described.test_cli_runner().invoke(args=["schemas", "export", str(tmp_path)]).exit_code == 0
    now, before = ({path.name: path.read_bytes() for path in at.iterdir()} for at in (tmp_path, FOLDER))
    assert before == now, "run `flask schemas export docs/schemas`"


def test_they_agree_with_the_api_document(described: Flask) -> None:
    components = document_of(described)["components"]["schemas"]
    schemas = kept()
    assert schemas.keys() == components.keys()
    for name, schema in schemas.items():
        as_component = json.loads(json.dumps(schema).replace("#/$defs/", "#/components/schemas/"))
        assert as_component.items() >= components[name].items()


def test_they_agree_with_the_models(described: Flask) -> None:
    schemas, found = kept(), tables(described)
    assert {
        "Customer",
        "User",
        "Service",
        "Deployment",
        "Rca",
        "RcaSolution",
        "Todo",
        "Tenant",
    } <= found.keys()
    assert {name: list(disagreements(schemas[name], table)) for name, table in found.items()} == {
        name: [] for name in found
    }


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("name", {"type": ["string", "null"]}),
        ("name", {"maxLength": 256}),
        ("notes", {"type": "string"}),
        ("status", {"enum": ["active"]}),
        ("tags", {"type": "string"}),
        ("tags", {"items": {"type": "string", "maxLength": 51}}),
        ("row_version", {"type": "string"}),
        ("company", {"readOnly": True}),
    ],
)
def test_a_schema_that_disagrees_with_its_model_is_found(described: Flask, name: str, change: Any) -> None:
    schema = kept()["Customer"]
    schema["properties"][name] |= change
    assert [said.partition(":")[0] for said in disagreements(schema, tables(described)["Customer"])] == [name]


def test_a_required_property_that_the_model_does_not_need_is_found(described: Flask) -> None:
    schema = kept()["Customer"]
    schema["required"].append("status")
    assert [said.partition(":")[0] for said in disagreements(schema, tables(described)["Customer"])] == [
        "required"
    ]
