"""JSON Schema of each object: over HTTP, as files, and the same as in the API document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from tests.support.described import document_of

SCHEMAS = "/api/v1/schemas"
CHECKER = Draft202012Validator.FORMAT_CHECKER


def served(app: Flask) -> dict[str, dict[str, Any]]:
    client = app.test_client()
    listed = client.get(SCHEMAS).get_json()["items"]
    return {item["name"]: client.get(item["href"]).get_json() for item in listed}


def as_component(schema: Any) -> Any:
    """Return a schema as it would stand in the API document."""
    return json.loads(json.dumps(schema).replace("#/$defs/", "#/components/schemas/"))


def test_each_schema_is_equal_to_its_component(described: Flask) -> None:
    components = document_of(described)["components"]["schemas"]
    found = served(described)
    assert found.keys() == components.keys()
    for name, schema in found.items():
        definitions = schema.pop("$defs", {})
        assert schema.pop("$schema") == "https://json-schema.org/draft/2020-12/schema"
        assert schema.pop("$id") == f"urn:tenantapp:schema:{name}"
        assert schema.pop("title") == name
        assert as_component(schema) == components[name]
        assert as_component(definitions) == {other: components[other] for other in definitions}


def test_each_schema_is_whole_in_itself_and_its_examples_are_good(described: Flask) -> None:
    for schema in served(described).values():
        Draft202012Validator.check_schema(schema)
        for example in schema["examples"]:
            Draft202012Validator(schema, format_checker=CHECKER).validate(example)


def test_what_an_object_refers_to_comes_along(described: Flask) -> None:
    found = served(described)
    assert found["CustomerPage"]["$defs"].keys() == {"Customer"}
    assert "$defs" not in found["Customer"]


def test_a_schema_is_told_apart_from_other_json_and_needs_no_tenant(described: Flask) -> None:
    answer = described.test_client().get(f"{SCHEMAS}/Customer", base_url="http://elsewhere.example")
    assert answer.status_code == 200
    assert answer.content_type == "application/schema+json"


@pytest.mark.parametrize("name", ["customer", "Nobody", "__class__"])
def test_an_unknown_name_is_a_problem(described: Flask, name: str) -> None:
    answer = described.test_client().get(f"{SCHEMAS}/{name}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["type"] == "urn:tenantapp:problem:schema-not-found"


class TestExport:
    def export(self, app: Flask, folder: Path) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(args=["schemas", "export", str(folder)])
        return done.exit_code, done.output

    def test_writes_what_is_served_and_says_so(self, described: Flask, tmp_path: Path) -> None:
        folder = tmp_path / "to" / "come"
        code, output = self.export(described, folder)
        assert code == 0
        written = sorted(folder.iterdir())
        assert output.split() == [str(path) for path in written]
        assert {
            path.name.removesuffix(".schema.json"): json.loads(path.read_text()) for path in written
        } == served(described)

    def test_replaces_its_own_files_and_leaves_others(self, described: Flask, tmp_path: Path) -> None:
        (tmp_path / "Customer.schema.json").write_text("old")
        (tmp_path / "README").write_text("mine")
        assert self.export(described, tmp_path)[0] == 0
        assert json.loads((tmp_path / "Customer.schema.json").read_text())["title"] == "Customer"
        assert (tmp_path / "README").read_text() == "mine"

    def test_refuses_a_file(self, described: Flask, tmp_path: Path) -> None:
        path = tmp_path / "a-file"
        path.write_text("mine")
        code, output = self.export(described, path)
        assert code == 2
        assert f"Directory '{path}' is a file." in output
        assert path.read_text() == "mine"

    def test_says_in_one_line_where_it_cannot_write(self, described: Flask, tmp_path: Path) -> None:
        (tmp_path / "a-file").write_text("mine")
        code, output = self.export(described, tmp_path / "a-file" / "below")
        assert code == 1
        assert output == f"Error: {tmp_path / 'a-file' / 'below'}: Not a directory\n"
