"""Lists: what may be asked of one, and how a page of it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields, validate

from tenantapp.db.order import require_sortable
from tenantapp.db.paging import Page, PageQuery
from tenantapp.http.cursors import link_to, seal, this_list, unseal
from tenantapp.http.fields import MomentBound, Reference, ReferenceOrNone, Text
from tenantapp.http.pages import USUAL, PageArguments, PageSchema
from tenantapp.http.text_values import from_text
from tenantapp.models.scoped import Record, SoftDeletable

NEWEST_FIRST = "-created_at"
_OF_VALUES = ("format", "pattern")
_TEMPORAL = (fields.DateTime, fields.Date, fields.Time)
_TIMES, _AMOUNTS = ("Not before.", "Before."), ("Not below.", "Below.")
_NO_VALUES = (fields.List, fields.Tuple, fields.Mapping, fields.Nested)
NOTHING: Mapping[str, Any] = MappingProxyType({})

_SEARCHED = (
    'Words that must all be there, in any field that is searched; "in quotes" next to each other, '
    "-without this one, this or that."
)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list may be asked for.

    Args:
        sorts: the columns it may be ordered by; NULL counts as the last.
        equal: the fields it may be filtered by; a reference that may be NULL also by `none`.
        ranges: the fields it may be bounded by, as `{field}_from` and `{field}_to`.
        searched: whether it takes words to look for, which needs the model's column `search`.
    """

    sorts: tuple[str, ...] = ("created_at",)
    equal: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ("created_at",)
    searched: bool = False

    def schema(self, resource: type[Schema], model: type[Record]) -> Schema:
        """Return the schema of the query string, with the resource's own fields for its filters.

        Raises:
            sqlalchemy.exc.ArgumentError: the list cannot be ordered by a column.
            TypeError: it cannot be filtered by a field.
        """
        for name in self.sorts:
            require_sortable(model, name)
        orders = [order for name in self.sorts for order in (name, f"-{name}")]
        parameters: dict[str, fields.Field[Any]] = {
            **PageArguments().fields,
            "sort": fields.String(
                load_default=NEWEST_FIRST,
                validate=validate.OneOf(orders),
                metadata={"description": "What it is ordered by; `-`: the largest first."},
            ),
            "count": fields.String(
                validate=validate.OneOf(["exact"]),
                metadata={"description": "Whether to count how many fit in all."},
            ),
        }
        parameters |= self.filters(resource, model)
        return Schema.from_dict(parameters, name=f"{resource.__name__}Query")()

    def filters(self, resource: type[Schema], model: type[Record]) -> dict[str, fields.Field[Any]]:
        """Return the parameters that decide which rows fit."""
        declared = resource().fields
        parameters: dict[str, fields.Field[Any]] = {}
        for name in self.equal:
            parameters[name] = _filter(declared[name], "Equal to this.")
        for name in self.ranges:
            least, below = _TIMES if isinstance(declared[name], _TEMPORAL) else _AMOUNTS
            parameters[f"{name}_from"] = _bound(declared[name], least)
            parameters[f"{name}_to"] = _bound(declared[name], below)
        if self.searched:
            parameters["q"] = Text(200, metadata={"description": _SEARCHED, "examples": ["fair -berlin"]})
        if issubclass(model, SoftDeletable):
            parameters["deleted"] = fields.Boolean(load_default=False)
        return parameters

    def page_query(self, given: Mapping[str, Any], belonging: Mapping[str, Any] = NOTHING) -> PageQuery:
        """Return the page query that a loaded query string asks for.

        Args:
            given: the query string.
            belonging: values that columns must have, whatever it says.

        Raises:
            CursorRefused: its cursor is not one of this list's.
        """
        return PageQuery(
            limit=given.get("limit", USUAL),
            sort=given.get("sort", NEWEST_FIRST).removeprefix("-"),
            descending=given.get("sort", NEWEST_FIRST).startswith("-"),
            equal={name: given[name] for name in self.equal if name in given} | dict(belonging),
            lower={name: given[f"{name}_from"] for name in self.ranges if f"{name}_from" in given},
            upper={name: given[f"{name}_to"] for name in self.ranges if f"{name}_to" in given},
            matching=given.get("q"),
            deleted=given.get("deleted", False),
            counted="count" in given,
            after=unseal(given["cursor"], this_list()) if "cursor" in given else None,
        )


@cache
def page_schema(resource: type[Schema]) -> type[Schema]:
    """Return the schema of a page of a resource, the same one each time: the API document names it once."""
    name = resource.__name__.removesuffix("Schema")
    page = PageSchema.from_dict(
        {
            "items": fields.List(fields.Nested(resource), required=True),
            "next_cursor": fields.String(
                required=True,
                allow_none=True,
                metadata={"description": "The next page's `cursor`; null on the last one."},
            ),
            "total": fields.Integer(metadata={"description": "With count=exact: how many fit in all."}),
        },
        name=f"{name}Page",
    )
    page.__doc__ = "One page of a list."
    return page


def page_answer(page: Page[object]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a page as `page_schema` shows it, and the header that links to the next one."""
    body: dict[str, Any] = {"items": page.rows, "next_cursor": None}
    headers = {}
    if page.next_after is not None:
        cursor = seal(list(page.next_after), this_list())
        body["next_cursor"], headers["Link"] = cursor, link_to(cursor)
    if page.total is not None:
        body["total"] = page.total
    return body, headers


def _bound(field: fields.Field[Any], description: str) -> fields.Field[Any]:
    if isinstance(field, fields.AwareDateTime):
        return MomentBound(metadata={"description": description})
    return _parameter(field, description)


def _filter(field: fields.Field[Any], description: str) -> fields.Field[Any]:
    if isinstance(field, Reference) and field.allow_none:
        return ReferenceOrNone()
    return _parameter(field, description)


def _parameter(field: fields.Field[Any], description: str) -> fields.Field[Any]:
    """Return a field like a resource's own, as an optional parameter.

    Raises:
        TypeError: a query string cannot hold its values.
    """
    if isinstance(field, _NO_VALUES):
        raise TypeError(f"{field.name}: no list is filtered by a {type(field).__name__}")
    parameter = type(field).__new__(type(field))
    parameter.__dict__.update(field.__dict__)
    parameter.required, parameter.load_only, parameter.dump_only = False, False, False
    parameter.pre_load = [partial(from_text, field), *field.pre_load]
    # What is said of the resource's field is about writing it; and a query string has no null.
    parameter.allow_none, parameter.metadata = False, {"description": description}
    parameter.metadata |= {word: field.metadata[word] for word in _OF_VALUES if word in field.metadata}
    return parameter
