"""What a transaction begins with: a tenant's context, which the tenant's database takes or refuses."""

from __future__ import annotations

from types import MappingProxyType

import psycopg
from psycopg.pq.abc import PGresult

from tenantapp.postgres.errors import ContextRejected
from tenantapp.tenancy.context import TenantContext, credentials_in_doubt, trust_credential
from tenantapp.tenancy.errors import (
    CredentialsChanged,
    TenancyError,
    TenantGone,
    TenantNotFound,
    TenantSuspended,
)

BIND = b"SELECT tenancy.bind_served($1, $2)"

_REFUSALS: MappingProxyType[str | None, tuple[type[TenancyError], str]] = MappingProxyType(
    {
        "TN001": (TenantGone, "There is no such tenant."),
        "TN002": (TenantSuspended, "This tenant is suspended."),
        "TN003": (TenantNotFound, "There is no such tenant."),
        "TN004": (CredentialsChanged, "the credential was looked up before a change of the tenant's"),
    }
)
"""What `tenancy.bind_served` raises, by its code."""


class Binding:
    """One transaction's context.

    Args:
        context: what is bound; sealed, it travels as a parameter, never in a statement's text.
        begin: the command that begins the transaction; by default what the connection's own options ask for.
    """

    def __init__(self, context: TenantContext, begin: bytes | None = None) -> None:
        self.context = context
        self.begin = begin
        self.credentials_version: int | None = None
        """How often the tenant's credentials had changed when it was bound; None before."""
        self._in_doubt = credentials_in_doubt(context)

    def parameters(self, token: bytes) -> list[bytes | None]:
        """Return what `BIND` is sent with, given the sealed context."""
        return [token, None if self._in_doubt is None else str(self._in_doubt).encode()]

    def accept(self, result: PGresult) -> None:
        """Take note that it is bound, by the server's answer."""
        self.credentials_version = int(result.get_value(0, 0) or 0)
        if self._in_doubt is not None:
            trust_credential(self.context)


def refused(error: psycopg.Error) -> Exception:
    """Return what it means that the server answered a binding by an error.

    Returns:
        TenantGone, TenantNotFound, TenantSuspended: this database may not serve the tenant now.
        CredentialsChanged: who acts was looked up before a change of the tenant's credentials.
        ContextRejected: the server does not take the sealed context.
        Or the error itself.
    """
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return ContextRejected()
    if error.sqlstate in _REFUSALS:
        kind, reason = _REFUSALS[error.sqlstate]
        return kind(reason)
    return error
