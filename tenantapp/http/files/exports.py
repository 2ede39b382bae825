"""Exports: every row that fits, through a cursor on the server, in constant memory.

What is streamed is one transaction, which was bound to its tenant before the answer began. Nothing is asked
after the context has closed but the next part of the same cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import structlog
from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy.engine import Connection

from tenantapp.db.session import db
from tenantapp.http.dump import Dump
from tenantapp.http.edge import request_id
from tenantapp.http.files.tabular import FORMATS, header, write_rows
from tenantapp.http.problems import Problem
from tenantapp.postgres.engine import ReadOnlyConnection

Parts = Iterator[Sequence[object]]
_log = structlog.get_logger("tenantapp.http")


class NotAcceptable(Problem):
    """Raised when the client accepts no format that there is."""

    status = 406
    reason = "not_acceptable"


PARAMETERS: dict[str, fields.Field[Any]] = {
    "format": fields.String(
        validate=validate.OneOf(list(FORMATS)),
        metadata={"description": "What the file is; by default what Accept says, or CSV."},
    ),
    "columns": fields.String(
        load_default="all",
        validate=validate.OneOf(["all", "importable"]),
        metadata={"description": "`importable`: those alone that an import takes."},
    ),
}


def export_file(
    name: str, ask: Callable[[Connection], Iterator[Any]], given: dict[str, Any], schema: Schema, dump: Dump
) -> Response:
    """Return a file that is streamed as it is sent.

    Args:
        name: what it is called.
        ask: asks for the rows on a connection, and yields them in parts.
        given: what the query string says of the file.
        schema: the schema of a row.
        dump: the same, compiled.
    """
    content_type = FORMATS[given["format"]] if "format" in given else _accepted()
    names = _names(schema, given["columns"])
    connection = ReadOnlyConnection(db.engine)
    try:
        parts = ask(connection)
        # What is refused is refused before the answer begins.
        first = next(parts, ())
    except BaseException:
        connection.close()
        raise
    write = write_rows(content_type, names)

    def close() -> None:
        try:
            parts.close()  # type: ignore[attr-defined]  # a generator
        finally:
            connection.close()

    def body() -> Iterator[bytes]:
        try:
            yield header(content_type, names)
            for part in chain((first,), parts):
                yield write(dump.many(part))
        except Exception as error:
            # The server ends the connection without the answer's last chunk: no client takes it for whole.
            _log.error("an export broke off", error=type(error).__name__, request_id=known_as)
            raise
        finally:
            close()

    known_as = request_id()
    extension = content_type.rpartition("/")[2].removeprefix("x-")
    response = Response(body(), content_type=_with_charset(content_type))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    # Also where the body was never begun.
    response.call_on_close(close)
    return response


def _accepted() -> str:
    known = list(FORMATS.values())
    if not request.accept_mimetypes:
        return known[0]
    best = request.accept_mimetypes.best_match(known)
    if best is None:
        raise NotAcceptable(f"There is {' and '.join(known)}.")
    return best


def _names(schema: Schema, columns: str) -> list[str]:
    declared = schema.load_fields if columns == "importable" else schema.dump_fields
    return [field.data_key or name for name, field in declared.items() if not field.load_only]


def _with_charset(content_type: str) -> str:
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type
