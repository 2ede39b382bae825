"""Rows as the program has them: tuples of values, with the columns' names as attributes.

They are typed as the model whose rows they are, which has the same attributes. They are no instances of it:
nothing of them is tracked, and nothing is loaded later.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol, cast


class _Named(Protocol):
    def _asdict(self) -> dict[str, object]: ...


@cache
def row_maker(names: tuple[str, ...]) -> Callable[[Sequence[object]], object]:
    """Return what makes a row of values in the order of `names`."""
    kind = namedtuple("Row", names)  # type: ignore[misc]  # their number is known late
    return cast("Callable[[Sequence[object]], object]", kind._make)


def values_of(row: object) -> dict[str, object]:
    """Return the values of a row by its columns' names."""
    return cast("_Named", row)._asdict()
