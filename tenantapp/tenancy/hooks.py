"""What a tenant's route does first: find out whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Request

from tenantapp.app_state import AppState
from tenantapp.tenancy.directory import CachedDirectory, DirectoryEntry, require_served
from tenantapp.tenancy.errors import HostRefused
from tenantapp.tenancy.resolver import TenantResolver

TENANCY = AppState["Tenancy"]("tenancy")


@dataclass(frozen=True, slots=True)
class Tenancy:
    """What an application knows about its tenants: how they are named and where they are looked up."""

    resolver: TenantResolver
    directory: CachedDirectory

    def init_app(self, app: Flask) -> None:
        """Make this the tenancy of `app`."""
        TENANCY.keep(app, self)


def tenancy() -> Tenancy:
    """Return the current application's tenancy."""
    return TENANCY.here()


def identify_tenant(asked: Request, *, anew: bool = False) -> DirectoryEntry:
    """Return the tenant that a request names and that may be served now.

    Args:
        asked: the request.
        anew: whether what is remembered of it is to be looked up again.

    Raises:
        HostRefused, TenantHeaderRefused, TenantRequired: the request does not name one tenant clearly.
        TenantNotFound, TenantSuspended: it names one that is not served.
    """
    known = tenancy()
    subdomain = known.resolver.resolve(_host(asked), asked.headers.get)
    if anew:
        known.directory.forget(subdomain)
    return require_served(known.directory.find(subdomain))


def _host(asked: Request) -> str | None:
    """Return the Host as received: Flask's own fills an empty one from the server's name.

    Raises:
        HostRefused: the request line holds an authority of its own that Host contradicts (RFC 9112 3.2.2).
    """
    host: str | None = asked.environ.get("HTTP_HOST")
    target: str = asked.environ.get("RAW_URI", "")
    if not target.startswith("/") and _authority(target) not in ("", host):
        raise HostRefused("The request line and Host name different hosts.")
    return host


def _authority(target: str) -> str | None:
    try:
        return urlsplit(target).netloc
    except ValueError:
        return None
