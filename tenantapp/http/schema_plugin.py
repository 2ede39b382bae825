"""How marshmallow schemas become components of the API document: their names, what is in them, an example."""

from __future__ import annotations

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from marshmallow import Schema

from tenantapp.http.examples import example_of


def component_name(schema: type[Schema] | Schema) -> str:
    """Return what a schema is called: `Customer`, or `CustomerPatch` where it takes a part of one."""
    declared = type(schema) if isinstance(schema, Schema) else schema
    name = declared.__name__.removesuffix("Schema")
    return f"{name}Patch" if getattr(schema, "partial", None) else name


class SchemaPlugin(MarshmallowPlugin):
    """Documents schemas by their docstring and with an example."""

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=component_name)

    def schema_helper(  # type: ignore[override]  # as MarshmallowPlugin has it
        self, name: str, _: Any, schema: type[Schema] | Schema | None = None, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Return the component of a schema, or None where it is described in another way."""
        if schema is None:
            return None
        component: dict[str, Any]
        component = super().schema_helper(name, _, schema, **kwargs)  # type: ignore[no-untyped-call]
        instance = resolve_schema_instance(schema)
        is_patch = bool(instance.partial)
        if is_patch:
            # It is only ever written, and what is left out gets no default.
            component["properties"] = {
                key: {word: said for word, said in value.items() if word != "default"}
                for key, value in component["properties"].items()
                if not value.get("readOnly")
            }
        if documented := type(instance).__doc__:
            first = documented.strip().splitlines()[0]
            component["description"] = f"{first} What is left out stays as it is." if is_patch else first
        component["examples"] = [example_of(instance, written=is_patch)]
        return component
