"""`@transaction`: a view's work is one transaction of `db.session`, committed when the view returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar, overload

from flask import Request, Response, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from tenantapp.db.session import TenantSession, db
from tenantapp.db.units import commit_unit, one_unit, unit_connection
from tenantapp.globals import globals_here, globals_if_any
from tenantapp.http.declarations import declare, declared_by
from tenantapp.http.idempotency import RememberedRequest, has_key, remember
from tenantapp.http.shortage import shortage
from tenantapp.postgres.isolation import Isolation

View = TypeVar("View", bound=Callable[..., Any])

_TRANSACTION = "_transaction"
_RUNNING = "_transaction_runs"


class CommittedByItself(Exception):
    """Raised when a view that is marked `@transaction` calls `db.session.commit()`, which is done for it."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """How a view's transaction is done; see `transaction`."""

    isolation: Isolation | None
    repeatable: bool


@overload
def transaction(view: View, /) -> View: ...


@overload
def transaction(*, isolation: Isolation | None = None, repeatable: bool = True) -> Callable[[View], View]: ...


def transaction(view: Any = None, /, *, isolation: Isolation | None = None, repeatable: bool = True) -> Any:
    """Make the work of a view one transaction of `db.session`.

    It is committed when the view returns, and rolled back when it raises or answers 400 or more. It is done
    again where PostgreSQL prefers a concurrent one, and a POST that is sent again under the same
    Idempotency-Key is answered as the first was. It may stand above or beneath the other decorators.

    Args:
        view: the view, where nothing else is said.
        isolation: the level, where it is another than READ COMMITTED.
        repeatable: False where the answer shows a secret, which must not be kept for a second time.
    """
    decorate = declare(_TRANSACTION, Transaction(isolation, repeatable))
    return decorate if view is None else decorate(view)


def transaction_of(view: Callable[..., Any], method: str) -> Transaction | None:
    """Return how a view's transaction is done, where it is marked."""
    found: Transaction | None = declared_by(view, method, _TRANSACTION)
    return found


def in_transaction(how: Transaction, asked: Request, dispatch: Callable[[], Any]) -> Response:
    """Return the answer of a view whose work was committed, or rolled back, as the answer says.

    Args:
        how: how it is done.
        asked: the request.
        dispatch: runs the view.

    Raises:
        Exception: as the view, whose work was rolled back.
    """
    with one_unit():
        if how.isolation is not None:
            db.session.connection(execution_options={"isolation_level": how.isolation})
        if not has_key(asked):
            return _finish(_work(dispatch))
        remembered = remember(unit_connection(), asked.path, repeatable=how.repeatable)
        if remembered.replay is not None:
            return remembered.replay
        return _finish(_work(dispatch), remembered)


def _work(dispatch: Callable[[], Any]) -> Response:
    """Return the view's answer; while it runs, it commits nothing of the session by itself."""
    here = globals_here()
    here[_RUNNING] = True
    try:
        answer = dispatch()
        return answer if isinstance(answer, Response) else current_app.make_response(answer)
    finally:
        del here[_RUNNING]


def _finish(response: Response, remembered: RememberedRequest | None = None) -> Response:
    if response.status_code < HTTPStatus.BAD_REQUEST:
        if remembered is not None:
            remembered.keep(response)
        commit_unit()
        shortage().end()
    return response


@event.listens_for(TenantSession, "before_commit")
def _leave_it_to_the_end(session: Session) -> None:
    """Refuse a commit in the middle of what is one transaction; a savepoint is none.

    Raises:
        CommittedByItself: it would be.
    """
    if _RUNNING in (globals_if_any() or {}) and not session.in_nested_transaction():
        raise CommittedByItself("@transaction commits when the view returns: remove the call of commit()")
