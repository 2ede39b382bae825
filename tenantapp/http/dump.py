"""Dumping by a function compiled from a marshmallow schema: what `schema.dump` gives, much faster.

Values that orjson writes as marshmallow would (text, numbers, UUIDs, times, JSON) are passed on as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from marshmallow import Schema, fields

Dump = Callable[[Any], dict[str, Any]]

# Exactly these classes: a subclass may serialise differently.
_AS_THEY_ARE: frozenset[type[fields.Field[Any]]] = frozenset(
    {
        fields.String,
        fields.Email,
        fields.Integer,
        fields.Boolean,
        fields.Float,
        fields.UUID,
        fields.AwareDateTime,
        fields.Dict,
        fields.Raw,
    }
)


def passes_unchanged(field_class: type[fields.Field[Any]]) -> type[fields.Field[Any]]:
    """Declare, as a class decorator, that a field's values are dumped as they are."""
    global _AS_THEY_ARE  # noqa: PLW0603 - a registry that is written at import
    _AS_THEY_ARE |= {field_class}
    return field_class


def compile_dump(schema: Schema) -> Dump:
    """Return a function equal to `schema.dump` for objects that have every attribute.

    Args:
        schema: the schema; its fields' values are read by attribute.

    Raises:
        TypeError: a field's kind is not known here, or the schema has hooks.
    """
    if schema._hooks["pre_dump"] or schema._hooks["post_dump"]:
        raise TypeError(f"{type(schema).__name__}: its hooks would not be run")
    names = tuple(name for name, field in schema.dump_fields.items())
    values = _values(tuple(field.attribute or name for name, field in schema.dump_fields.items()))
    converters = {
        field.data_key or name: converter
        for name, field in schema.dump_fields.items()
        if (converter := _converter(field)) is not None
    }
    keys = tuple(schema.dump_fields[name].data_key or name for name in names)

    def dump(row: Any) -> dict[str, Any]:
        return dict(zip(keys, values(row), strict=True))

    return _converting(dump, converters) if converters else dump


def _values(attributes: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    getter = attrgetter(*attributes)
    if len(attributes) > 1:
        return getter
    return lambda row: (getter(row),)


def _converting(dump: Dump, converters: Mapping[str, Callable[[Any], Any]]) -> Dump:
    def converted(row: Any) -> dict[str, Any]:
        body = dump(row)
        for key, convert in converters.items():
            if body[key] is not None:
                body[key] = convert(body[key])
        return body

    return converted


def _converter(field: fields.Field[Any]) -> Callable[[Any], Any] | None:
    """Return what turns the field's value into JSON, or None where orjson does.

    Raises:
        TypeError: the field's kind is not known here.
    """
    if type(field) in _AS_THEY_ARE and _has_usual_form(field):
        return None
    if type(field) is fields.Nested:
        nested = compile_dump(field.schema)
        return _each(nested) if field.many or field.schema.many else nested
    if type(field) is fields.List:
        inner = _converter(field.inner)
        return None if inner is None else _each(inner)
    raise TypeError(f"{type(field).__name__}: teach tenantapp.http.dump how it is dumped")


def _each(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda items: [None if item is None else convert(item) for item in items]


def _has_usual_form(field: fields.Field[Any]) -> bool:
    """Tell whether no option of a field's gives its values another form."""
    if isinstance(field, fields.AwareDateTime):
        return field.format in (None, "iso")
    if isinstance(field, fields.Dict):
        return field.value_field is None and type(field.key_field) in (type(None), fields.String)
    return not getattr(field, "as_string", False)
