"""The tenant context: who asks, on whose rows, for exactly one request or one block of a command.

It lives in Flask's application context, as Flask-SQLAlchemy's session does: the two end together, and a new
thread, which has no application context of the request's, has no tenant either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from blinker import Signal

from tenantapp.globals import globals_here, globals_if_any
from tenantapp.tenancy.errors import InvalidTenantContext, MissingTenantContext, TenantContextAlreadyOpen

_KEY = "_tenant_context"
_TRUSTED = "_credential_trusted"
_ROLE = re.compile(r"[a-z][a-z_]{0,30}\Z")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")

context_closed = Signal()
"""Sent when a context closes. `tenantapp.db.session`, which this package may not import, is the one that
listens: its session lets go of that tenant's rows."""


@dataclass(frozen=True, slots=True)
class TenantContext:
    """One tenant, one actor: immutable, so that a second tenant is a second context.

    Args:
        tenant_id: whose rows these are.
        actor_id: the credential or user that acts; None for the program itself.
        role: what the actor may do, by name.
        request_id: the request or command this serves, as logged.
        credentials_version: how often the tenant's credentials had changed when the actor's was looked up; a
            transaction that finds another count is refused. None where no credential is trusted.

    Raises:
        InvalidTenantContext: a part has a form that the wire format does not carry.
    """

    tenant_id: UUID
    actor_id: UUID | None = None
    role: str = "system"
    request_id: str = "none"
    credentials_version: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.tenant_id, UUID):
            raise InvalidTenantContext(f"tenant_id: expected a UUID, got {type(self.tenant_id).__name__}")
        if self.actor_id is not None and not isinstance(self.actor_id, UUID):
            raise InvalidTenantContext(
                f"actor_id: expected a UUID or None, got {type(self.actor_id).__name__}"
            )
        if not _ROLE.match(self.role):
            raise InvalidTenantContext(f"role: expected lower-case letters and '_', got {self.role!r}")
        if not _REQUEST_ID.match(self.request_id):
            raise InvalidTenantContext(
                f"request_id: expected 1 to 64 letters, digits, '-' or '_', got {self.request_id!r}"
            )


def open_context(context: TenantContext) -> None:
    """Open `context` until `close_context`, or until the application context ends.

    Raises:
        TenantContextAlreadyOpen: one is open; tenants are never switched inside a request.
    """
    here = globals_here()
    if _KEY in here:
        raise TenantContextAlreadyOpen("a tenant context is open here; close it before another one opens")
    here[_KEY] = context


def close_context() -> None:
    """Close the open context, if there is one, and let its listeners drop what they hold."""
    here = globals_if_any()
    if here is not None and here.pop(_KEY, None) is not None:
        here.pop(_TRUSTED, None)
        # send() would ask of each receiver, each time, whether it is a coroutine function.
        for receive in context_closed.receivers_for(None):
            receive(None)


@contextmanager
def tenant_context(context: TenantContext) -> Iterator[TenantContext]:
    """Open `context` for a block.

    Raises:
        TenantContextAlreadyOpen: the block stands inside another one.
    """
    open_context(context)
    try:
        yield context
    finally:
        close_context()


def credentials_in_doubt(context: TenantContext) -> int | None:
    """Return the version that a tenant's credentials must have as a transaction begins; None for any.

    It is asked for until a transaction of the context has begun: what has begun may end.
    """
    here = globals_if_any()
    is_trusted = here is not None and here.get(_TRUSTED) is context
    return None if is_trusted else context.credentials_version


def trust_credential(context: TenantContext) -> None:
    """Go on with the actor of a context: none of the tenant's credentials has changed since the look-up."""
    here = globals_if_any()
    if here is not None:
        here[_TRUSTED] = context


def open_context_here() -> TenantContext | None:
    """Return the open context, or None."""
    here = globals_if_any()
    return None if here is None else here.get(_KEY)


def current_context() -> TenantContext:
    """Return the open context.

    Raises:
        MissingTenantContext: none is open here.
    """
    context = open_context_here()
    if context is None:
        raise MissingTenantContext(
            "no tenant context is open here; serve a tenant's route, or open tenant_context(...)"
        )
    return context
