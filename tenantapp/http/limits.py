"""What a schema's fields take is what the model's columns can hold: derived here, once, from their types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa
from marshmallow import Schema, ValidationError, fields, validate

from tenantapp.http.fields import JsonObject, Moment, Text
from tenantapp.http.number_limits import number_limits
from tenantapp.http.texts import refuse_unstorable, texts_in
from tenantapp.models.columns import ShortTexts
from tenantapp.models.scoped import Record, table_of

_JSON = (fields.String, fields.Integer, fields.Float, fields.Boolean, fields.Constant)


def hold_to_columns(schema: type[Schema], model: type[Record]) -> None:
    """Make a schema refuse, by the field, what the column of the same name has no room for.

    Args:
        schema: how rows are written; its own limits stay.
        model: where they are kept.

    Raises:
        TypeError: the column, of JSON, cannot hold what a field loads.
    """
    columns = table_of(model).columns
    for name, field in schema._declared_fields.items():
        column = columns.get(field.attribute or name)
        if column is not None and not field.dump_only:
            _hold(f"{schema.__name__}.{name}", field, column.type)


def _hold(name: str, field: fields.Field[Any], kind: sa.types.TypeEngine[Any]) -> None:
    if isinstance(kind, sa.JSON):
        _require_json(name, field, frozenset())
        if not isinstance(field, JsonObject):
            field.validators.append(_storable)
    elif isinstance(kind, sa.ARRAY) and isinstance(field, fields.List):
        nested = isinstance(field.inner, fields.List)
        _hold(name, field.inner, kind if nested else item_of(kind))
        if nested:
            field.validators.append(_even)
    else:
        field.validators.extend(_limits(field, kind))


def _limits(field: fields.Field[Any], kind: sa.types.TypeEngine[Any]) -> Iterator[Any]:
    if isinstance(field, fields.Number):
        yield from number_limits(field, kind)
    elif isinstance(field, fields.String) and not isinstance(field, Text):
        yield refuse_unstorable
        bounded = any(isinstance(each, validate.Length | validate.OneOf) for each in field.validators)
        if isinstance(kind, sa.String) and kind.length is not None and not bounded:
            yield validate.Length(max=kind.length)
    elif isinstance(field, fields.DateTime) and not isinstance(field, Moment):
        yield _in_years_of_four_digits
    elif isinstance(field, fields.Time) and isinstance(kind, sa.Time) and not kind.timezone:
        yield _without_offset


def _in_years_of_four_digits(moment: datetime) -> None:
    """Refuse a moment that in UTC, as it is kept, lies in a year that Python does not have."""
    if moment.tzinfo is None:
        return
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValidationError("In UTC its year is not one from 1 to 9999.") from None


def _without_offset(moment: time) -> None:
    if moment.tzinfo is not None:
        raise ValidationError("Must be without an offset, which is not kept.")


def _even(lists: list[Any]) -> None:
    """Refuse lists that PostgreSQL has no array for."""
    if any(each is None for each in lists) or len({len(each) for each in lists}) > 1 or lists[:1] == [[]]:
        raise ValidationError("Must hold lists of one length, which is not 0.")


def _storable(value: Any) -> None:
    for text in texts_in(value):
        refuse_unstorable(text)


def _require_json(name: str, field: fields.Field[Any], within: frozenset[type[Schema]]) -> None:
    """Refuse a field that loads what JSON does not have.

    Args:
        name: what the field is called.
        field: the field.
        within: the schemas that it is nested in.

    Raises:
        TypeError: it is one.
    """
    if isinstance(field, fields.Nested):
        schema = type(field.schema)
        for inner_name, inner in field.schema.load_fields.items():
            if schema not in within:
                _require_json(f"{name}.{inner_name}", inner, within | {schema})
    elif isinstance(field, fields.List):
        _require_json(name, field.inner, within)
    elif isinstance(field, fields.Mapping):
        if field.value_field is not None:
            _require_json(name, field.value_field, within)
    elif type(field) is not fields.Raw and not isinstance(field, _JSON):
        raise TypeError(
            f"{name}: a {type(field).__name__} loads what JSON does not have, and its column is JSON; take a "
            "String, an Integer, a Float, a Boolean, or a column of its own"
        )


def item_of(array: sa.ARRAY[Any]) -> sa.types.TypeEngine[Any]:
    """Return what an array's items are, with their length."""
    return sa.String(array.length) if isinstance(array, ShortTexts) else array.item_type
