"""Idempotency-Key: a request that is sent again is answered again, and done once.

The key is kept in the work's own transaction, and two that have expired go in their stead. Of two requests at
once the second waits on the first's key: it then finds the answer, or, where the first failed, does the work
itself.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Request, Response, request
from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection

from tenantapp.http.models import IdempotencyKey
from tenantapp.http.problems import Problem
from tenantapp.models.scoped import table_of
from tenantapp.tenancy.context import current_context

HEADER = "Idempotency-Key"
_SENT_AS = "HTTP_IDEMPOTENCY_KEY"
REPLAYED = "Idempotency-Replayed"
_FORM = re.compile(r"[\x21-\x7e]{1,255}\Z")
_KEPT_HEADERS = ("Location", "ETag", "Content-Type")
_LIFETIME = text("interval '24 hours'")
# More than one, so that those that have expired become fewer.
_SWEPT = 2
_TABLE = table_of(IdempotencyKey)


class IdempotencyKeyRefused(Problem):
    """Raised when the key is not 1 to 255 visible ASCII characters, or the route takes none."""

    reason = "idempotency_key_refused"


class IdempotencyKeyReused(Problem):
    """Raised when the key was used for another request."""

    status = 422
    reason = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class RememberedRequest:
    """The current request, entered by its key; in the unit of work that does it."""

    connection: Connection
    row_id: UUID | None
    replay: Response | None

    def keep(self, response: Response) -> None:
        """Keep `response` for the next time, unless the request gave no key."""
        if self.row_id is None:
            return
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        self.connection.execute(
            update(_TABLE)
            .where(_TABLE.c.id == self.row_id)
            .values(status=response.status_code, headers=headers, body=response.get_data(as_text=True))
        )


def remember(connection: Connection, route: str, *, repeatable: bool) -> RememberedRequest:
    """Enter the current request by its key, or find what it was answered before.

    Args:
        connection: the unit of work's.
        route: what was asked for, path parameters included.
        repeatable: whether its answer may be kept.

    Raises:
        IdempotencyKeyRefused: the key has not the form of one, or the answer may not be kept.
        IdempotencyKeyReused: it was used for another request.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return RememberedRequest(connection, None, None)
    if not repeatable:
        raise IdempotencyKeyRefused("The answer shows a secret, so it is not kept for a second request.")
    if not _FORM.match(key):
        raise IdempotencyKeyRefused(f"{HEADER} must be 1 to 255 visible ASCII characters.")
    owner = {"credential_id": current_context().actor_id, "route": route, "key": key}
    fingerprint = hashlib.sha256(request.get_data() + request.query_string).digest()
    entered = connection.execute(_enter(owner, fingerprint)).scalar_one_or_none()
    if entered is not None:
        return RememberedRequest(connection, entered, None)
    known = connection.execute(select(_TABLE).filter_by(**owner)).one()
    if known.fingerprint != fingerprint:
        raise IdempotencyKeyReused(f"This {HEADER} was used for another request.")
    return RememberedRequest(connection, None, _again(known))


def has_key(asked: Request) -> bool:
    """Tell whether a request has a key."""
    return _SENT_AS in asked.environ


def refuse_unheeded_key(asked: Request) -> None:
    """Refuse a request with a key, where no answer is kept for a second one.

    Raises:
        IdempotencyKeyRefused: it has one.
    """
    if has_key(asked):
        raise IdempotencyKeyRefused(f"{HEADER}: this operation keeps no answer for a second request.")


def _enter(owner: dict[str, Any], fingerprint: bytes) -> Any:
    """Return the statement that takes the key, if it is new or has expired, and sweeps others that have."""
    expired = _TABLE.c.expires_at < func.now()
    others = select(_TABLE.c.id).where(expired, _TABLE.c.key != owner["key"])
    swept = delete(_TABLE).where(_TABLE.c.id.in_(others.limit(_SWEPT).with_for_update(skip_locked=True)))
    # Beside a DELETE, SQLAlchemy leaves the defaults to whoever calls.
    values = {**owner, "id": uuid4(), "fingerprint": fingerprint, "expires_at": func.now() + _LIFETIME}
    taken = insert(_TABLE).values(values)
    taken = taken.on_conflict_do_update(
        index_elements=["tenant_id", "credential_id", "route", "key"],
        set_={"fingerprint": taken.excluded.fingerprint, "expires_at": taken.excluded.expires_at},
        where=expired,
    )
    return taken.returning(_TABLE.c.id).add_cte(swept.cte("swept"))


def _again(known: Row[Any]) -> Response:
    # Answers that were kept by an earlier version of the program have no type of their own.
    headers = {"Content-Type": "application/json", **known.headers, REPLAYED: "true"}
    return Response(known.body, known.status, headers)
