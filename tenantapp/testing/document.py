"""What the API document says of a route: what is sent, and what must be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask

LINES = "application/x-ndjson"
_OF_OBJECTS = ("application/json", LINES)
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
_documents: WeakKeyDictionary[Flask, dict[str, Any]] = WeakKeyDictionary()


@dataclass(frozen=True)
class DescribedOperation:
    """One method of one path, as the document describes it."""

    document: dict[str, Any]
    said: dict[str, Any]

    @cached_property
    def parameters(self) -> list[dict[str, Any]]:
        """Its parameters in query and headers."""
        return [self._resolved(parameter) for parameter in self.said.get("parameters", [])]

    @cached_property
    def query(self) -> dict[str, dict[str, Any]]:
        """The schema of each query parameter, by name."""
        return {p["name"]: self._resolved(p["schema"]) for p in self.parameters if p["in"] == "query"}

    @cached_property
    def headers(self) -> set[str]:
        """The headers that it heeds."""
        return {p["name"] for p in self.parameters if p["in"] == "header"}

    @cached_property
    def required_headers(self) -> set[str]:
        """The headers that it cannot do without."""
        return {p["name"] for p in self.parameters if p["in"] == "header" and p.get("required")}

    @cached_property
    def body(self) -> dict[str, Any] | None:
        """The schema of its body, where it takes one."""
        return None if self.media_type is None else self._resolved(self._content[self.media_type]["schema"])

    @cached_property
    def media_type(self) -> str | None:
        """What its body is, where it takes one: JSON, or what has an object on each line."""
        return next((kind for kind in _OF_OBJECTS if kind in self._content), None)

    @cached_property
    def takes_lines(self) -> bool:
        """Whether its body has an object on each line, of which its errors tell by line."""
        return self.media_type == LINES

    @property
    def _content(self) -> dict[str, Any]:
        body = self._resolved(self.said.get("requestBody", {"content": {}}))
        return dict(body["content"])

    @cached_property
    def properties(self) -> dict[str, dict[str, Any]]:
        """The schema of each field of its body."""
        fields = (self.body or {}).get("properties", {})
        return {name: self._resolved(schema) for name, schema in fields.items()}

    @cached_property
    def writable(self) -> set[str]:
        """The fields that may be sent."""
        return {name for name, schema in self.properties.items() if not schema.get("readOnly")}

    @cached_property
    def id_lists(self) -> set[str]:
        """The fields that name several rows by their ids."""
        return {
            name
            for name, schema in self.properties.items()
            if self._resolved(schema.get("items", {})).get("format") == "uuid"
        }

    @cached_property
    def required(self) -> set[str]:
        """The fields that must be sent."""
        return set((self.body or {}).get("required", ())) & self.writable

    @cached_property
    def references(self) -> set[str]:
        """The fields that must name a row by its id."""
        return {name for name in self.required if self.properties[name].get("format") == "uuid"}

    @cached_property
    def examples(self) -> dict[str, Any]:
        """A value of each field of which the document gives one."""
        given: dict[str, Any] = dict((self.body or {}).get("example", {}))
        for name, schema in self.properties.items():
            for said in ("examples", "enum"):
                if schema.get(said):
                    given.setdefault(name, schema[said][0])
        return given

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema


def operation_of(app: Flask, rule: str, method: str) -> DescribedOperation:
    """Return what the document says of a route: nothing of a plain view that has no notes."""
    document = _document(app)
    said = document["paths"].get(_ARGUMENT.sub(r"{\1}", rule), {}).get(method.lower(), {})
    return DescribedOperation(document, said)


def _document(app: Flask) -> dict[str, Any]:
    if app not in _documents:
        answer = app.test_client().get("/api/v1/openapi.json", base_url="http://localhost")
        _documents[app] = dict(answer.get_json())
    return _documents[app]
