"""What holds a number to its column: to its range, and to its digits."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
from math import isinf
from typing import Any

import sqlalchemy as sa
from marshmallow import ValidationError, fields, validate

Check = Callable[[Any], Any]

_BYTES = ((sa.SmallInteger, 2), (sa.BigInteger, 8), (sa.Integer, 4))
# A float is 53 bits of numbers in 4 or 8 bytes; of 8, JSON and Python hold no larger ones either.
_LARGEST_REAL = 3.4028235e38
_REAL_BITS = 24
# What PostgreSQL keeps of a numeric without a precision: digits before and after the point.
_MOST_DIGITS, _MOST_PLACES = 131_072, 16_383


def number_limits(field: fields.Number[Any], kind: sa.types.TypeEngine[Any]) -> Iterator[Check]:
    """Yield what makes a field refuse the numbers that a column of this type would not keep as they are."""
    for integer, size in _BYTES:
        if isinstance(kind, integer):
            half = 2 ** (8 * size - 1)
            yield _places(0)
            yield _range(field, -half, half - 1)
            return
    if isinstance(kind, sa.Float):
        is_real = isinstance(kind, sa.REAL) or (kind.precision or _REAL_BITS + 1) <= _REAL_BITS
        if is_real:
            yield _range(field, -_LARGEST_REAL, _LARGEST_REAL)
        yield _not_lost("f" if is_real else "d")
    elif isinstance(kind, sa.Numeric):
        scale = kind.scale or 0
        yield _places(_MOST_PLACES if kind.precision is None else scale)
        yield _digits(_MOST_DIGITS if kind.precision is None else kind.precision - scale)


def _range(field: fields.Number[Any], least: float, most: float) -> Check:
    """Return what holds a number to a range; the API document names it where it is written as a number."""
    in_range = validate.Range(least, most)
    if isinstance(field, fields.Integer | fields.Float) and not field.as_string:
        return in_range

    def check(number: Any) -> None:
        _finite(number)
        in_range(number)

    return check


def _places(most: int) -> Check:
    """Return what refuses a number of more decimals than `most`; zeros at the end are none."""

    def check(number: Any) -> None:
        _finite(number)
        exact = _exact(number)
        _, digits, exponent = exact.as_tuple()
        zeros = next((place for place, digit in enumerate(reversed(digits)) if digit), 0)
        if -int(exponent) > _MOST_PLACES or (exact and -int(exponent) - zeros > most):
            raise ValidationError(
                f"Must have at most {most} decimals." if most else "Must be a whole number."
            )

    return check


def _digits(most: int) -> Check:
    """Return what refuses a number of more digits before the point than `most`."""

    def check(number: Any) -> None:
        _finite(number)
        exact = _exact(number)
        if int(exact.as_tuple().exponent) > _MOST_DIGITS or (exact and exact.adjusted() >= most):
            raise ValidationError("Too large.")

    return check


def _not_lost(size: str) -> Check:
    """Return what refuses a number that is too large for a float, or so small that only 0 were left of it."""

    def check(number: Any) -> None:
        _finite(number)
        try:
            kept = struct.unpack(size, struct.pack(size, float(number)))[0]
        except OverflowError:
            raise ValidationError("Too large.") from None
        if isinf(kept):
            raise ValidationError("Too large.")
        if number and not kept:
            raise ValidationError("Too close to 0.")

    return check


def _finite(number: Any) -> None:
    if not _exact(number).is_finite():
        raise ValidationError("Must be finite.")


def _exact(number: Any) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
