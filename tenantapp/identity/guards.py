"""A tenant's blueprint: each of its routes declares a permission, and runs inside one tenant's context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request
from flask_smorest import Blueprint

from tenantapp.db.session import db
from tenantapp.http.parsing import JsonParser
from tenantapp.http.request_id import request_id
from tenantapp.identity.credentials import Credential, Credentials
from tenantapp.identity.errors import CredentialRefused, PermissionRefused
from tenantapp.tenancy.context import TenantContext, close_context, open_context
from tenantapp.tenancy.hooks import identify_tenant

View = TypeVar("View", bound=Callable[..., Any])

_PERMISSION = "_permission"
_EXTENSION = "credentials"


def requires(permission: str) -> Callable[[View], View]:
    """Declare the scope that a credential needs for the decorated view."""

    def declare(view: View) -> View:
        setattr(view, _PERMISSION, permission)
        return view

    return declare


def permission_of(view: Callable[..., Any]) -> str | None:
    """Return the scope that `view` declares."""
    return getattr(view, _PERMISSION, None)


class TenantBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint whose every request opens the context of the tenant that it names."""

    ARGUMENTS_PARSER = JsonParser()

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.before_request(enter_tenant)
        self.teardown_request(leave_tenant)


def init_app(app: Flask, credentials: Credentials) -> None:
    """Make `credentials` those that `app` knows."""
    app.extensions[_EXTENSION] = credentials


def known_credentials() -> Credentials:
    """Return the current application's credentials."""
    return cast(Credentials, current_app.extensions[_EXTENSION])


def enter_tenant() -> None:
    """Open the context for exactly this request: the tenant it names, the credential it shows.

    Raises:
        TenancyError: it does not name one tenant that is served.
        CredentialRefused: it shows no credential of that tenant's.
        PermissionRefused: the credential may not do what the route needs.
    """
    tenant = identify_tenant()
    credential = _credential(TenantContext(tenant.tenant_id, None, "authenticator", request_id()))
    needed = permission_of(current_app.view_functions[request.endpoint or ""])
    if needed not in credential.scopes:
        raise PermissionRefused(f"This needs the scope {needed!r}.")
    open_context(TenantContext(tenant.tenant_id, credential.key_id, credential.role, request_id()))


def leave_tenant(_error: BaseException | None) -> None:
    """Close the request's context."""
    close_context()


def _credential(context: TenantContext) -> Credential:
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        raise CredentialRefused
    credential = known_credentials().find(db.engine, context, authorization.token)
    if credential is None:
        raise CredentialRefused
    return credential
