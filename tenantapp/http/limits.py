"""What a schema's fields take is what the model's columns can hold: derived here, once, from their types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from marshmallow import Schema, ValidationError, fields, validate

from tenantapp.db.models import Record, table_of
from tenantapp.http.fields import Text
from tenantapp.http.texts import refuse_unstorable

_BYTES = ((sa.SmallInteger, 2), (sa.BigInteger, 8), (sa.Integer, 4))
# A float is 53 bits of numbers in 4 or 8 bytes; of 8, JSON and Python hold no larger ones either.
_LARGEST_REAL = 3.4028234663852886e38
_REAL_BITS = 24


def hold_to_columns(schema: type[Schema], model: type[Record]) -> None:
    """Make a schema refuse, by the field, what the column of the same name has no room for.

    Args:
        schema: how rows are written; its own limits stay.
        model: where they are kept.
    """
    columns = table_of(model).columns
    for name, field in schema._declared_fields.items():
        column = columns.get(field.attribute or name)
        if column is not None and not field.dump_only:
            field.validators.extend(_limits(field, column.type))


def _limits(field: fields.Field[Any], kind: sa.types.TypeEngine[Any]) -> Iterator[Any]:
    if isinstance(field, fields.Number):
        yield from _range(kind)
    elif isinstance(field, fields.String) and not isinstance(field, fields.UUID | Text):
        yield refuse_unstorable
        bounded = any(isinstance(each, validate.Length | validate.OneOf) for each in field.validators)
        if isinstance(kind, sa.String) and kind.length is not None and not bounded:
            yield validate.Length(max=kind.length)


def _range(kind: sa.types.TypeEngine[Any]) -> Iterator[Any]:
    """Yield what holds a number to the range of its column."""
    for integer, size in _BYTES:
        if isinstance(kind, integer):
            half = 2 ** (8 * size - 1)
            yield validate.Range(-half, half - 1)
            return
    if isinstance(kind, sa.Float):
        if isinstance(kind, sa.REAL) or (kind.precision or _REAL_BITS + 1) <= _REAL_BITS:
            yield validate.Range(-_LARGEST_REAL, _LARGEST_REAL)
    elif isinstance(kind, sa.Numeric) and kind.precision is not None:
        scale = kind.scale or 0
        yield _fits_when_rounded(10 ** (kind.precision - scale) - Decimal(1).scaleb(-scale) / 2)


def _fits_when_rounded(room: Decimal) -> Callable[[Decimal], None]:
    """Return what refuses a number that has no room once PostgreSQL has rounded it to the scale."""

    def check(number: Decimal) -> None:
        if abs(number) >= room:
            raise ValidationError("Too large.")

    return check
