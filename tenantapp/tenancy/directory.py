"""From a subdomain to the tenant that has it; where the answer comes from is db's business."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from cachetools import TLRUCache, TTLCache

from tenantapp.tenancy.errors import TenantGone, TenantNotFound, TenantSuspended

SERVED_SECONDS = 300.0
"""How long a tenant that is served is remembered."""


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One tenant as the directory knows it: which database it lives in and whether it may be served."""

    tenant_id: UUID
    subdomain: str
    status: str
    database: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tenant stands in its database as a transaction begins."""

    status: str
    credentials_version: int

    @classmethod
    def parse(cls, text: str | None) -> Standing | None:
        """Return what `tenancy.bind` has told: nothing of a tenant that is not there."""
        if text is None:
            return None
        status, _, version = text.partition(".")
        return cls(status, int(version))


class Directory(Protocol):
    """Finds a tenant by its subdomain."""

    def find(self, subdomain: str) -> DirectoryEntry | None:
        """Return the tenant's entry, or None where no tenant has that subdomain."""


class CachedDirectory:
    """Remembers answers of another directory: a tenant that is served for minutes, any other for seconds.

    Whether a tenant is served still is read back at each begin; that another would be served again is not. A
    tenant that its database does not have is asked for anew (`tenantapp.http.guard`).
    Absent tenants are kept apart, so that a flood of invented names cannot push out the tenants in use.

    Args:
        source: the directory that knows.
        seconds: how old the answer may get that there is no such tenant, or that it is not served.
        size: how many of each kind are kept.
        timer: tells the time, in seconds.
    """

    def __init__(
        self,
        source: Directory,
        *,
        seconds: float,
        size: int = 50_000,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._found: TLRUCache[str, DirectoryEntry] = TLRUCache(
            size,
            lambda _, entry, now: now + (SERVED_SECONDS if entry.status == "active" else seconds),
            timer,
        )
        self._absent: TTLCache[str, bool] = TTLCache(size, seconds, timer)
        self._lock = threading.Lock()

    def find(self, subdomain: str) -> DirectoryEntry | None:
        """Return the tenant's entry."""
        with self._lock:
            entry = self._found.get(subdomain)
            if entry is not None or subdomain in self._absent:
                return entry
        entry = self._source.find(subdomain)
        with self._lock:
            if entry is None:
                self._absent[subdomain] = True
            else:
                self._found[subdomain] = entry
        return entry

    def forget(self, subdomain: str) -> None:
        """Drop what is remembered of `subdomain`, for whoever has just changed it."""
        with self._lock:
            self._found.pop(subdomain, None)
            self._absent.pop(subdomain, None)


def require_served(entry: DirectoryEntry | None) -> DirectoryEntry:
    """Return `entry` if its tenant may be served now.

    Raises:
        TenantNotFound: there is none, or it is archived.
        TenantSuspended: it is suspended.
    """
    if entry is None:
        raise TenantNotFound("There is no such tenant.")
    require_active(entry.status)
    return entry


def require_active(status: str | None) -> None:
    """Refuse a tenant whose status is not `active`.

    Raises:
        TenantGone: there is no status because there is no tenant.
        TenantNotFound: it is archived.
        TenantSuspended: it is suspended.
    """
    if status is None:
        raise TenantGone("There is no such tenant.")
    if status == "suspended":
        raise TenantSuspended("This tenant is suspended.")
    if status != "active":
        raise TenantNotFound("There is no such tenant.")
