"""How marshmallow schemas become components of the API document: their names, what is in them, an example."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from marshmallow import Schema, fields

from tenantapp.http.openapi.examples import example_of

_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
# Of what has no offset, for which JSON Schema has no format.
_PATTERNS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.NaiveDateTime, rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME}$"),
    (fields.Time, rf"^{_TIME}$"),
)
_FORMATS: tuple[tuple[type[fields.Field[Any]], str | None], ...] = (
    (fields.NaiveDateTime, None),
    (fields.Url, "uri"),
    (fields.IP, None),
)


def component_name(schema: type[Schema] | Schema) -> str:
    """Return what a schema is called: `Customer`, or `CustomerPatch` where it takes a part of one."""
    declared = type(schema) if isinstance(schema, Schema) else schema
    name = declared.__name__.removesuffix("Schema")
    return f"{name}Patch" if getattr(schema, "partial", None) else name


class SchemaPlugin(MarshmallowPlugin):
    """Documents schemas by their docstring and with an example."""

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=component_name)

    def init_spec(self, spec: APISpec) -> None:
        """Prepare for a document."""
        super().init_spec(spec)
        assert self.converter is not None  # noqa: S101 - the base has just made it
        self.converter.add_attribute_function(_form_of_texts)  # type: ignore[no-untyped-call]
        for kind, form in _FORMATS:
            self.converter.field_mapping[kind] = ("string", form)

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


def _form_of_texts(_converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """Return what is told of a field that is written as text, where apispec tells it not or otherwise."""
    if isinstance(field, fields.Number) and field.as_string:
        return {"type": ["string", "null"] if field.allow_none else "string", "pattern": _NUMBER}
    if isinstance(field, fields.DateTime | fields.Time) and field.format in (None, "iso", "iso8601"):
        return next(({"pattern": said} for kind, said in _PATTERNS if isinstance(field, kind)), {})
    return {}
