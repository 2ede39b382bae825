"""The kit's walk over the routes, as the tests of isolation take it."""

from tenantapp.http.permissions import methods_of
from tenantapp.testing.walk import (
    Ask,
    every_ask,
    list_something,
    public_paths,
    row_behind,
    table_behind,
    tenants_rules,
    told_body,
    unaskable,
    undeclared,
)

__all__ = [
    "Ask",
    "every_ask",
    "list_something",
    "methods_of",
    "public_paths",
    "row_behind",
    "table_behind",
    "tenants_rules",
    "told_body",
    "unaskable",
    "undeclared",
]
