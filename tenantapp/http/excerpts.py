"""The first errors, and how many more there are: all of them can be many times as long as the body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_ERRORS = 100
LONGEST_NAME = 100


def first_errors(errors: Any, most: int = MOST_ERRORS) -> tuple[Any, int]:
    """Return the first errors, in their order, and how many there are beside them.

    Args:
        errors: texts, in lists and by field, as marshmallow tells them.
        most: how many to return at most.
    """
    if not isinstance(errors, (Mapping, list, tuple)):
        return errors, 0
    by_name = isinstance(errors, Mapping)
    kept: dict[Any, Any] = {}
    left = 0
    for name, told in errors.items() if isinstance(errors, Mapping) else enumerate(errors):
        if most <= 0:
            left += count_errors(told)
            continue
        kept[_short(name)], beyond = first_errors(told, most)
        listed = count_errors(told) - beyond
        most, left = most - listed, left + beyond
    return (kept if by_name else list(kept.values())), left


def count_errors(errors: Any) -> int:
    """Return how many errors there are."""
    if not isinstance(errors, (Mapping, list, tuple)):
        return 1
    return sum(map(count_errors, errors.values() if isinstance(errors, Mapping) else errors))


def with_the_rest(detail: str, left: int) -> str:
    """Return a detail that says how many errors are not listed beside it."""
    return f"{detail} {left} more errors are not listed." if left else detail


def _short(name: Any) -> Any:
    return f"{name[:LONGEST_NAME]}…" if isinstance(name, str) and len(name) > LONGEST_NAME else name
