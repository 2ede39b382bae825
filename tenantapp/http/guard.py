"""The guard around every view that is not public: it runs in the context of the tenant that is asked.

It goes by the application's URL map, so a view is guarded whatever blueprint it is of. A request is done
again where the database contradicts what is remembered of the tenant or its keys, where a concurrent one was
preferred, and where its connection was out of date; but never once it has committed something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, Request

from tenantapp.app_state import AppState
from tenantapp.db.session import db
from tenantapp.db.unit_of_work import retrying
from tenantapp.globals import request_here
from tenantapp.http.declarations import declared_by
from tenantapp.http.idempotency import refuse_unheeded_key
from tenantapp.http.long_work import is_long_work
from tenantapp.http.permissions import PUBLIC, permission_of
from tenantapp.http.preconditions import heeding_version, heeds_version, refuse_unheeded_version
from tenantapp.http.transactions import Transaction, in_transaction, transaction_of
from tenantapp.postgres.commits import forget_commits, has_committed
from tenantapp.postgres.deadline import long_loans
from tenantapp.tenancy.context import close_context
from tenantapp.tenancy.errors import CredentialsChanged, TenantGone

Answer = TypeVar("Answer")

_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a view declares for one method."""

    permission: str | None
    transaction: Transaction | None
    heeds_version: bool
    is_long_work: bool


class Guard(Protocol):
    """Opens the context of a tenant's request: `tenantapp.identity.guards.enter_tenant` does."""

    def __call__(self, permission: str | None, *, anew: bool = False) -> None:
        """Open it, or raise what the request is refused with.

        Args:
            permission: what the route needs; a route that declares none is open to nobody.
            anew: whether what is remembered of the tenant and its credentials is to be looked up again.
        """


@dataclass(frozen=True, slots=True)
class Guarding:
    """What an application guards its views by, and what is known of them already."""

    guard: Guard
    declared: dict[tuple[object, str], Declared] = field(default_factory=dict)


_GUARDING = AppState[Guarding]("guard")


class GuardedRequest(Request):
    """A request that knows what its view declares, once the guard has seen it."""

    declared: Declared | None
    is_looked_up_anew = False
    """Whether what is remembered of its tenant and credential is to be looked up again."""

    @property
    def can_be_read_again(self) -> bool:
        """Whether a view that runs again finds the body: it was not read, or its bytes are kept."""
        return "stream" not in self.__dict__ or hasattr(self, "_cached_data")


def init_app(app: Flask, guard: Guard) -> None:
    """Make `guard` open the context of each tenant's request, before any hook of a blueprint's.

    Args:
        app: the application; what `app.before_request` was given before this is not guarded.
        guard: opens it.
    """
    _GUARDING.keep(app, Guarding(guard))
    app.before_request(partial(_enter, app))
    app.teardown_request(_leave)


def before(hooks: Callable[[], Answer]) -> Answer:
    """Run the hooks before a view, of which the first ones open the context.

    Args:
        hooks: all of them.
    """
    try:
        return hooks()
    except (CredentialsChanged, TenantGone):
        _start_again(cast(GuardedRequest, request_here()))
        return hooks()


def serve(app: Flask, asked: GuardedRequest, dispatch: Callable[[], Any]) -> Any:
    """Return what the view of a request answers.

    Args:
        app: the application.
        asked: the request; where its hooks were not run, its view is not either.
        dispatch: runs the view.

    Raises:
        AttributeError: the hooks were not run.
        Exception: as the view.
    """
    declared = asked.declared
    if declared is None or declared.permission == PUBLIC:
        return dispatch()
    if "HTTP_IF_MATCH" in asked.environ:
        if not declared.heeds_version:
            refuse_unheeded_version()
        dispatch = partial(heeding_version, dispatch)
    if asked.method == "POST" and declared.transaction is None:
        refuse_unheeded_key(asked)
    dispatch = _unit(declared, asked, dispatch)
    only_reads = asked.method in _READS
    try:
        return retrying(dispatch, only_reads=only_reads, again=_may_repeat)
    except (CredentialsChanged, TenantGone):
        may_repeat = _may_repeat()
        # Also where it is not done again, so that the next request is.
        _start_again(asked)
        _enter(app)
        if not may_repeat:
            raise
        return retrying(dispatch, only_reads=only_reads, again=_may_repeat)


def _unit(declared: Declared, asked: Request, dispatch: Callable[[], Any]) -> Callable[[], Any]:
    """Return a view's work as it is declared: in a transaction or not, and for how long."""
    if declared.transaction is not None:
        dispatch = partial(in_transaction, declared.transaction, asked, dispatch)
    return long_loans()(dispatch) if declared.is_long_work else dispatch


def _may_repeat() -> bool:
    """Tell whether the view may run again; then nothing of the first time is left."""
    asked = cast(GuardedRequest, request_here())
    if has_committed() or not asked.can_be_read_again:
        return False
    if db.session.registry.has():
        db.session.remove()
    return True


def _declared_for(app: Flask, asked: Request) -> Declared | None:
    """Return what the view of a request declares, or None where no view has its path."""
    if asked.url_rule is None:
        return None
    view, method = app.view_functions[asked.url_rule.endpoint], asked.method
    known = _GUARDING.of(app).declared
    declared = known.get((view, method))
    if declared is None:
        declared = known[view, method] = Declared(
            permission_of(view, method),
            transaction_of(view, method),
            heeds_version(declared_by(view, method, "_apidoc") or {}, method),
            is_long_work(view, method),
        )
    return declared


def _enter(app: Flask) -> None:
    asked = cast(GuardedRequest, request_here())
    asked.declared = declared = _declared_for(app, asked)
    if declared is not None and declared.permission != PUBLIC:
        _GUARDING.of(app).guard(declared.permission, anew=asked.is_looked_up_anew)
        forget_commits()


def _start_again(asked: GuardedRequest) -> None:
    close_context()
    asked.is_looked_up_anew = True


def _leave(_error: BaseException | None) -> None:
    close_context()
