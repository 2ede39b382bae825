"""Plain views that are careless: what each tries to reach."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from flask import Response, copy_current_request_context, stream_with_context
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tenantapp.db.session import db
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import current_context, tenant_context

_EVERYTHING = "SELECT * FROM customers"


def _told(rows: Any) -> Response:
    return Response("\n".join(str(tuple(row)) for row in rows))


def _by_string(_b: UUID) -> Response:
    return _told(db.session.execute(text(_EVERYTHING)))


def _by_the_others_id(b: UUID) -> Response:
    return _told(db.session.execute(text(f"{_EVERYTHING} WHERE tenant_id = '{b}' OR true")))


def _by_a_second_session(_b: UUID) -> Response:
    with Session(db.engine) as session:
        return _told(session.execute(select(Customer.__table__)))


def _by_a_connection(_b: UUID) -> Response:
    with db.engine.connect() as connection:
        return _told(connection.execute(text(_EVERYTHING)))


def _by_two_transactions(_b: UUID) -> Response:
    db.session.execute(text("SELECT 1"))
    db.session.commit()
    return _told(db.session.execute(text(_EVERYTHING)))


def lines_of_rows() -> Iterator[str]:
    for row in db.session.execute(text(_EVERYTHING)):
        yield f"{tuple(row)}\n"


def by_a_stream_in_its_context(_b: UUID) -> Response:
    context = current_context()

    def lines() -> Iterator[str]:
        with tenant_context(context):
            yield from lines_of_rows()

    return Response(stream_with_context(lines()))


def _by_a_stream_of_what_was_read(_b: UUID) -> Response:
    rows = db.session.execute(text(_EVERYTHING)).all()
    return Response(f"{tuple(row)}\n" for row in rows)


REACHING_OWN = (
    _by_string,
    _by_the_others_id,
    _by_a_second_session,
    _by_a_connection,
    _by_two_transactions,
    by_a_stream_in_its_context,
    _by_a_stream_of_what_was_read,
)


def _by_the_driver(_b: UUID) -> Response:
    raw = db.engine.raw_connection()
    try:
        return _told(raw.cursor().execute(_EVERYTHING).fetchall())
    finally:
        raw.close()


def _by_a_thread(_b: UUID) -> Response:
    def look() -> list[Any]:
        with db.engine.connect() as connection:
            return list(connection.execute(text(_EVERYTHING)))

    with ThreadPoolExecutor(1) as threads:
        return _told(threads.submit(look).result())


def _by_a_thread_with_the_request(_b: UUID) -> Response:
    @copy_current_request_context
    def look() -> list[Any]:
        return list(db.session.execute(text(_EVERYTHING)))

    with ThreadPoolExecutor(1) as threads:
        return _told(threads.submit(look).result())


def _by_a_transaction_that_sql_ended(_b: UUID) -> Response:
    db.session.execute(text("COMMIT"))
    return _told(db.session.execute(text(_EVERYTHING)))


REACHING_NOTHING = (
    _by_the_driver,
    _by_a_thread,
    _by_a_thread_with_the_request,
    _by_a_transaction_that_sql_ended,
)
