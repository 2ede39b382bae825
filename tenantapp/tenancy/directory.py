"""From a subdomain to the tenant that has it; where the answer comes from is db's business."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from cachetools import TLRUCache, TTLCache

from tenantapp.tenancy.errors import TenantNotFound, TenantSuspended

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


class Directory(Protocol):
    """Finds a tenant by its subdomain."""

    def find(self, subdomain: str) -> DirectoryEntry | None:
        """Return the tenant's entry, or None where no tenant has that subdomain."""


class CachedDirectory:
    """Remembers answers of another directory: a tenant that is served for minutes, any other for seconds.

    Whether a tenant is served still is looked at anew at each begin; that another would be served is not. A
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
            # get() would look twice for what is there.
            try:
                return self._found[subdomain]
            except KeyError:
                if subdomain in self._absent:
                    return None
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
    if entry.status == "suspended":
        raise TenantSuspended("This tenant is suspended.")
    if entry.status != "active":
        raise TenantNotFound("There is no such tenant.")
    return entry
