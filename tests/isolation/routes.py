"""The kit's walk over the routes, with this project's hints."""

from __future__ import annotations

from functools import partial

from tenantapp.http.permissions import methods_of
from tenantapp.testing import walk
from tenantapp.testing.walk import Ask, Hints, tenants_rules, undeclared
from tests.isolation import hints

HINTS = Hints(hints.TABLES, hints.ARGUMENTS, hints.FIELDS, "tests/isolation/hints.py")

every_ask = partial(walk.every_ask, hints=HINTS)
public_paths = partial(walk.public_paths, hints=HINTS)
list_something = partial(walk.list_something, hints=HINTS)
table_behind = partial(walk.table_behind, hints=HINTS)
row_behind = partial(walk.row_behind, hints=HINTS)

__all__ = [
    "HINTS",
    "Ask",
    "every_ask",
    "list_something",
    "methods_of",
    "public_paths",
    "row_behind",
    "table_behind",
    "tenants_rules",
    "undeclared",
]
