"""The guard before each of a tenant's endpoints: one tenant, one of its credentials, one context."""

from __future__ import annotations

from flask import Flask, Request

from tenantapp.app_state import AppState
from tenantapp.db.session import db
from tenantapp.globals import request_here
from tenantapp.http.edge import id_of
from tenantapp.identity.credentials import Credential, Credentials
from tenantapp.identity.errors import CredentialRefused, PermissionRefused
from tenantapp.tenancy.context import TenantContext, open_context
from tenantapp.tenancy.hooks import identify_tenant

_CREDENTIALS = AppState[Credentials]("credentials")


def init_app(app: Flask, credentials: Credentials) -> None:
    """Make `credentials` those that `app` knows."""
    _CREDENTIALS.keep(app, credentials)


def known_credentials() -> Credentials:
    """Return the current application's credentials."""
    return _CREDENTIALS.here()


def finish(app: Flask) -> None:
    """Write down what `app` has noted of its credentials, before its process ends."""
    _CREDENTIALS.of(app).uses.finish()


def enter_tenant(permission: str | None, *, anew: bool = False) -> None:
    """Open the context for exactly this request: the tenant it names, the credential it shows.

    Args:
        permission: the scope that the route needs; a route that declares none is open to nobody.
        anew: whether what is remembered of both is to be looked up again.

    Raises:
        TenancyError: it does not name one tenant that is served.
        CredentialRefused: it shows no credential of that tenant's.
        PermissionRefused: the credential may not do what the route needs.
    """
    asked = request_here()
    tenant, known_as = identify_tenant(asked, anew=anew), id_of(asked)
    nobody_yet = TenantContext(tenant.tenant_id, None, "authenticator", known_as)
    credential = _credential(asked, nobody_yet, anew=anew)
    if permission not in credential.scopes:
        raise PermissionRefused(f"This needs the scope {permission!r}.")
    open_context(
        TenantContext(tenant.tenant_id, credential.key_id, credential.role, known_as, credential.version)
    )


def _credential(asked: Request, context: TenantContext, *, anew: bool) -> Credential:
    authorization = asked.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        raise CredentialRefused
    credential = known_credentials().find(db.engine, context, authorization.token, anew=anew)
    if credential is None:
        raise CredentialRefused
    return credential
