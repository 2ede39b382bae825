"""All that a client can observe of an answer, and what the program asked of PostgreSQL for it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from psycopg.abc import PQGen
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tenantapp.postgres.connection import TenantConnection

_OF_THE_REQUEST = ("X-Request-ID", "Date")


@dataclass
class Traffic:
    """What went to PostgreSQL: the texts of SQLAlchemy's statements, and every round trip of the driver's."""

    statements: list[str] = field(default_factory=list)
    round_trips: int = 0


@dataclass(frozen=True)
class Observation:
    """One answer, without what differs between any two."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    statements: tuple[str, ...]
    round_trips: int


def observe(app: Flask, send: Callable[[], TestResponse], *own: UUID | str | None) -> Observation:
    """Send a request and return what was observed.

    Args:
        app: the application that answers.
        send: sends it.
        own: what the client sent itself, such as the id that it asked for: an echo tells nothing.
    """
    with traffic(app) as seen:
        answer = send()
    problem = answer.get_json(silent=True)
    request_id = problem.get("request_id") if isinstance(problem, dict) else None
    known = [str(value) for value in (*own, request_id) if value]

    def anonymous(text: str) -> str:
        return re.sub("|".join(map(re.escape, known)), "…", text) if known else text

    headers = tuple((k, anonymous(v)) for k, v in answer.headers if k not in _OF_THE_REQUEST)
    body = anonymous(answer.get_data(as_text=True))
    return Observation(answer.status_code, headers, body, tuple(seen.statements), seen.round_trips)


def _noted(answer: PQGen[Any], seen: Traffic) -> PQGen[Any]:
    """Wait for an answer and note it, unless there is nothing to wait for: a mode of the driver's own."""
    try:
        asked = next(answer)
        seen.round_trips += 1
        while True:
            asked = answer.send((yield asked))
    except StopIteration as end:
        return end.value


@contextmanager
def traffic(app: Flask) -> Iterator[Traffic]:
    """Watch what the application asks of PostgreSQL during a block."""
    seen = Traffic()
    wait, here = TenantConnection.wait, threading.get_ident()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        # The uses of keys are written down by a thread of their own.
        if threading.get_ident() == here:
            seen.statements.append(statement)

    def waited(connection: TenantConnection, answer: PQGen[Any], *arguments: Any, **options: Any) -> Any:
        # The pool's own threads connect and clean up when they like.
        if threading.get_ident() == here:
            answer = _noted(answer, seen)
        return wait(connection, answer, *arguments, **options)

    with app.app_context():
        engine = db.engine
    # At its first connection SQLAlchemy asks the server about itself, which is no work of a request's.
    if getattr(engine.dialect, "server_version_info", None) is None:
        engine.raw_connection().close()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        with mock.patch.object(TenantConnection, "wait", waited):
            yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
