"""The guard around every view that is not public: it runs in the context of the tenant that is asked.

It goes by the application's URL map, so a view is guarded whatever blueprint it is of. A request is done
again where the database contradicts what is remembered of the tenant or its keys, where a concurrent one was
preferred, and where its connection was out of date; but never once it has committed something.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from tenantapp.db.commits import forget_commits, has_committed
from tenantapp.db.session import db
from tenantapp.db.unit_of_work import retrying
from tenantapp.http.idempotency import refuse_unheeded_key
from tenantapp.http.permissions import PUBLIC, permission_of
from tenantapp.http.preconditions import refuse_unheeded_version
from tenantapp.http.transactions import in_transaction, transaction_of
from tenantapp.tenancy.context import close_context, current_context
from tenantapp.tenancy.errors import CredentialsChanged, TenantGone

Guard = Callable[..., None]
Answer = TypeVar("Answer")

_GUARD = "guard"
_ANEW = "_look_up_anew"
_READS = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask, guard: Guard) -> None:
    """Make `guard` open the context of each tenant's request, before any hook of a blueprint's.

    Args:
        app: the application; what `app.before_request` was given before this is not guarded.
        guard: `guard(permission, anew=False)`, given the permission that the route needs, and whether what it
            remembers is to be looked up again.
    """
    app.extensions[_GUARD] = guard
    app.before_request(_enter)
    app.teardown_request(_leave)


def before(hooks: Callable[[], Answer]) -> Answer:
    """Run the hooks before a view, of which the first ones open the context.

    Args:
        hooks: all of them.
    """
    forget_commits()
    try:
        return hooks()
    except (CredentialsChanged, TenantGone):
        if has_committed():
            raise
        _start_again()
        return hooks()


def serve(dispatch: Callable[[], Any]) -> Any:
    """Return what the view of the current request answers.

    Args:
        dispatch: runs it.

    Raises:
        MissingTenantContext: it is a tenant's, and no context is open.
        Exception: as the view.
    """
    if not _is_tenants():
        return dispatch()
    current_context()
    view = _view()
    transaction = transaction_of(view, request.method)
    refuse_unheeded_version(view)
    if transaction is None:
        refuse_unheeded_key(view)
    else:
        dispatch = partial(in_transaction, transaction, dispatch)
    forget_commits()
    return _trusting_once(partial(retrying, dispatch, only_reads=request.method in _READS, again=_may_repeat))


def _trusting_once(work: Callable[[], Any]) -> Any:
    """Do it again, once, where the database contradicts what is remembered of the tenant or its keys."""
    try:
        return work()
    except (CredentialsChanged, TenantGone):
        may_repeat = _may_repeat()
        # Also where it is not done again, so that the next request is.
        _start_again()
        _enter()
        if not may_repeat:
            raise
        return work()


def _may_repeat() -> bool:
    """Tell whether the view may run again; then nothing of the first time is left."""
    if has_committed() or not request.can_be_read_again:  # type: ignore[attr-defined]  # ApiRequest
        return False
    if db.session.registry.has():
        db.session.remove()
    return True


def _is_tenants() -> bool:
    """Tell whether the current request is for a tenant's view: every view but those that are public."""
    return request.url_rule is not None and permission_of(_view(), request.method) != PUBLIC


def _view() -> Callable[..., Any]:
    return current_app.view_functions[request.endpoint or ""]


def _enter() -> None:
    if _is_tenants():
        anew = g.pop(_ANEW, False)
        current_app.extensions[_GUARD](permission_of(_view(), request.method), anew=anew)


def _start_again() -> None:
    close_context()
    setattr(g, _ANEW, True)


def _leave(_error: BaseException | None) -> None:
    close_context()
