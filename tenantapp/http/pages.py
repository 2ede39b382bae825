"""Pages of a select of one's own: what is asked of them, and how they are answered."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy import Select

from tenantapp.db.keyset import fetch_keyset_page
from tenantapp.db.session import db
from tenantapp.http.cursors import link_to, seal, this_list, unseal
from tenantapp.http.fields import Count
from tenantapp.http.parsing import read_query

LONGEST = 200
USUAL = 50


class PageArguments(Schema):
    """What every list may be asked for; parameters of one's own are fields of a subclass."""

    limit = Count(
        load_default=USUAL,
        validate=validate.Range(1, LONGEST),
        metadata={"description": "How many at most."},
    )
    cursor = fields.String(metadata={"description": "The next_cursor of the page before."})


class PageSchema(Schema):
    """One page of a list, as `page_schema` makes them of a resource."""


def keyset_page(statement: Select[*tuple[Any, ...]], *keys: Any) -> dict[str, Any]:
    """Return the page of a select that the query string asks for by `limit` and `cursor`.

    It is answered through `page_schema`; the response gets a Link to the next page.

    Args:
        statement: what to select, without an order of its own.
        keys: what it is ordered by: columns, or names of what is selected, each plain, `asc` or `desc`; none
            may be NULL, and the last one is unique. By a computed one, or where the statement groups, it is
            paged as a subquery: the items are rows of what it selects.

    Raises:
        CursorRefused: the cursor is not one of this list's.
        InvalidFields: the limit is none.
        sqlalchemy.exc.ArgumentError: a key cannot be paged by.
    """
    given = read_query(PageArguments(unknown=EXCLUDE))
    good_for = f"{this_list()}|{', '.join(map(str, keys))}"
    after = unseal(given["cursor"], good_for) if "cursor" in given else None
    page = fetch_keyset_page(db.session(), statement, keys, given["limit"], after)
    cursor = None if page.next_after is None else seal(page.next_after, good_for)
    if cursor is not None:
        _link(link_to(cursor))
    return {"items": page.items, "next_cursor": cursor}


def _link(link: str) -> None:
    @after_this_request
    def add(response: Response) -> Response:
        response.headers["Link"] = link
        return response
