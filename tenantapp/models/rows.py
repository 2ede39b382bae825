"""Rows as the program has them: tuples of values, with the columns' names as attributes.

They are typed as the model whose rows they are, which has the same attributes. They are no instances of it:
nothing of them is tracked, and nothing is loaded later.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Protocol, cast

from sqlalchemy import Row
from sqlalchemy.exc import ArgumentError


class _Named(Protocol):
    def _asdict(self) -> dict[str, object]: ...


@cache
def row_maker(names: tuple[str, ...]) -> Callable[[Sequence[object]], object]:
    """Return what makes a row of values in the order of `names`.

    Raises:
        sqlalchemy.exc.ArgumentError: a row cannot have these names.
    """
    kind = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # their number is known late
    for place, name in enumerate(names):
        if kind._fields[place] != name:
            # A keyword, or one that begins with an underscore: an attribute may be called so.
            if hasattr(kind, name) or name in names[:place]:
                raise ArgumentError(f"{name}: a row has something of this name already; choose another")
            setattr(kind, name, property(itemgetter(place)))
    kind._fields = names  # type: ignore[assignment]  # as above
    return cast("Callable[[Sequence[object]], object]", kind._make)


def named(row: Row[*tuple[object, ...]]) -> object:
    """Return a row of SQLAlchemy's as one of these: there, `count` and `index` are methods."""
    return row_maker(row._fields)(row)


def values_of(row: object) -> dict[str, object]:
    """Return the values of a row by its columns' names."""
    return cast("_Named", row)._asdict()
