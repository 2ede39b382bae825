"""Schemas as answers are dumped by: marshmallow's own, by a function that is compiled once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, cast

from marshmallow import Schema, fields
from sqlalchemy import Row, inspect

from tenantapp.http.dump import Dump, compile_dump
from tenantapp.http.pages import PageSchema
from tenantapp.models.base import Base
from tenantapp.models.rows import named

DumpMethod = Callable[..., Any]


def compiled(schema: Schema) -> Schema:
    """Return a copy of a schema whose `dump` gives what makes the same JSON, in a tenth of the time.

    Its ids and times are still values, which are written as marshmallow would; so this is for answers alone.
    """
    fast = copy(schema)
    dump = _page_dump(schema) if isinstance(schema, PageSchema) else _dump(schema)
    fast.dump = dump  # type: ignore[method-assign]  # of this one instance
    return fast


def _dump(schema: Schema) -> DumpMethod:
    by_function = compile_dump(schema)

    def dump(obj: Any, *, many: bool | None = None) -> Any:
        several = schema.many if many is None else many
        if several and not isinstance(obj, Sequence):
            return schema.dump(obj, many=True)
        try:
            return _applied(by_function, obj, several=several)
        except AttributeError:
            return schema.dump(obj, many=many)

    return dump


def _page_dump(schema: Schema) -> DumpMethod:
    """Return what dumps a page; its items, of which there are many, are dumped together."""
    items = cast(fields.Nested, cast("fields.List[Any]", schema.fields["items"]).inner)
    dump_items = compiled(items.schema).dump

    def dump(page: Any, *, many: bool | None = None) -> Any:
        if many or not isinstance(page, dict):
            return schema.dump(page, many=many)
        told = {name: page[name] for name in schema.fields if name in page}
        return {**told, "items": dump_items(page["items"], many=True)}

    return dump


def _applied(by_function: Dump, obj: Any, *, several: bool) -> Any:
    if not several:
        return by_function(_with_attributes(obj))
    if isinstance(obj, list) and _are_of_one_selection(obj):
        return by_function.many(obj)
    return [by_function(_with_attributes(row)) for row in obj]


def _flush_changes(instance: Base) -> None:
    """Write what a view has changed of a row, so that it is shown, and tagged, as the commit leaves it."""
    state = inspect(instance)
    if state.session is not None and (state.modified or state.pending):
        state.session.flush()


def _are_of_one_selection(rows: list[Any]) -> bool:
    """Tell whether values are at the same places in all rows; those of SQLAlchemy's type may not be."""
    kinds = set(map(type, rows))
    return len(kinds) == 1 and issubclass(kinds.pop(), tuple)


def _with_attributes(obj: Any) -> Any:
    """Return an object whose values marshmallow, too, finds by attribute: it looks for items first.

    Raises:
        AttributeError: it has items.
    """
    if isinstance(obj, Row):
        return named(obj)
    if isinstance(obj, Base):
        _flush_changes(obj)
    if hasattr(obj, "__getitem__") and not isinstance(obj, tuple):
        raise AttributeError("its values are items")
    return obj
