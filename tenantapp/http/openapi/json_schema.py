"""JSON Schema (draft 2020-12) of one object, whole in itself, from the components of the API document.

OpenAPI 3.1's schemas are of that draft already: only what they refer to has to come along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COMPONENT = "#/components/schemas/"
_DEFINITION = "#/$defs/"


def standalone(name: str, components: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of the component `name`, with those it refers to in `$defs`.

    Args:
        name: the component.
        components: all of them, by name.
    """
    schema = {
        "$schema": DIALECT,
        "$id": f"urn:tenantapp:schema:{name}",
        "title": name,
        **_with_definitions(components[name]),
    }
    if needed := _needed(name, components):
        schema["$defs"] = {other: _with_definitions(components[other]) for other in needed}
    return schema


def _needed(name: str, components: Mapping[str, Any]) -> list[str]:
    """Return the names of the components that one refers to, directly or not."""
    found: set[str] = set()
    waiting = set(_references(components[name]))
    while waiting:
        other = waiting.pop()
        found.add(other)
        waiting |= set(_references(components[other])) - found
    return sorted(found)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str):
            yield reference.removeprefix(_COMPONENT)
        for child in part.values():
            yield from _references(child)
    elif isinstance(part, list):
        for child in part:
            yield from _references(child)


def _with_definitions(part: Any) -> Any:
    """Return a part of a schema that refers to `$defs` instead of components."""
    if isinstance(part, dict):
        return {
            key: value.replace(_COMPONENT, _DEFINITION) if key == "$ref" else _with_definitions(value)
            for key, value in part.items()
        }
    return [_with_definitions(child) for child in part] if isinstance(part, list) else part
