"""Examples for the API document, from the fields of a schema."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

# The first kind that a field is decides.
_OF_KIND: tuple[tuple[type[fields.Field[Any]], Any], ...] = (
    (fields.UUID, "0b7c9f0e-3f6d-4a51-9c0a-6d2f1e8b4c57"),
    (fields.NaiveDateTime, "2026-03-01T09:30:00"),
    (fields.DateTime, "2026-03-01T09:30:00+00:00"),
    (fields.Date, "2026-03-01"),
    (fields.Time, "09:30:00"),
    (fields.TimeDelta, 90),
    (fields.Integer, 1),
    (fields.Float, 1.5),
    (fields.Decimal, 1.5),
    (fields.Url, "https://www.example.com/"),
    (fields.IPv6, "2001:db8::1"),
    (fields.IP, "192.0.2.1"),
    (fields.Boolean, False),
    (fields.Dict, {}),
)


def example_of(schema: Schema, *, written: bool = False) -> dict[str, Any]:
    """Return an example of what `schema` shows.

    A field's own is the first one in `metadata={"examples": […]}`, or else the first of what it may be, or
    one of its kind.

    Args:
        schema: the schema.
        written: whether it is of what the schema takes instead.
    """
    chosen = schema.load_fields if written else schema.dump_fields
    return {field.data_key or name: _example(name, field) for name, field in chosen.items()}


def _example(name: str, field: fields.Field[Any]) -> Any:
    if "examples" in field.metadata:
        return field.metadata["examples"][0]
    if isinstance(field, fields.Nested):
        return [example_of(field.schema)] if field.many else example_of(field.schema)
    if isinstance(field, fields.List):
        return [_example(name, field.inner)]
    for validator in field.validators:
        if choices := getattr(validator, "choices", None):
            return next(iter(choices))
    if isinstance(field, fields.Enum):
        return field._serialize(next(iter(field.enum.__members__.values())), name, None)
    example = next((example for kind, example in _OF_KIND if isinstance(field, kind)), name)
    return str(example) if getattr(field, "as_string", False) else example
