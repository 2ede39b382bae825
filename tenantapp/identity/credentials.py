"""Whose token is this? Looked up among the tenant's own keys, remembered for seconds."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from cachetools import TTLCache
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.engine import Engine

from tenantapp.identity.api_keys.keys import prefix_of, sha256
from tenantapp.identity.api_keys.models import ApiKey
from tenantapp.identity.api_keys.uses import KeyUses
from tenantapp.postgres.bound import CONTEXT_OPTION
from tenantapp.postgres.engine import ReadOnlyConnection, select_one
from tenantapp.postgres.selection import Selection
from tenantapp.tenancy.context import TenantContext


class _LivingKey(Protocol):
    """What is looked up of a key."""

    id: UUID
    secret_sha256: bytes
    scopes: list[str]
    expires_at: datetime | None


_LIVING: Selection[_LivingKey] = Selection(
    select(ApiKey.id, ApiKey.secret_sha256, ApiKey.scopes, ApiKey.expires_at).where(
        ApiKey.prefix == bindparam("prefix"),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now()),
    )
)


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that was presented and found good."""

    key_id: UUID
    scopes: frozenset[str]
    expires_at: datetime | None
    version: int | None = None
    """How often the tenant's credentials had changed when this one was looked up."""

    @property
    def role(self) -> str:
        """The most that this credential may do, by name."""
        return next((scope for scope in ("admin", "write", "read") if scope in self.scopes), "none")


class Credentials:
    """Finds the credential that a token stands for, and notes that it is used.

    Args:
        seconds: how long a good token is remembered; one that was revoked is refused as soon as a transaction
            begins for it.
        size: how many are remembered.
        timer: tells the time, in seconds.
    """

    def __init__(
        self, *, seconds: float, size: int = 50_000, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._known: TTLCache[bytes, Credential] = TTLCache(size, seconds, timer)
        self._lock = threading.Lock()
        self.uses = KeyUses()

    def find(
        self, engine: Engine, context: TenantContext, token: str, *, anew: bool = False
    ) -> Credential | None:
        """Return the living credential of the context's tenant that `token` stands for, if there is one.

        Args:
            engine: the tenant's database.
            context: the tenant, in which nobody acts yet.
            token: what the client sent.
            anew: whether what is remembered of it is to be looked up again.
        """
        cache_key = context.tenant_id.bytes + sha256(token)
        with self._lock:
            if anew:
                self._known.pop(cache_key, None)
            credential = self._remembered(cache_key)
        if credential is None:
            credential = self._look_up(engine, context, token)
            if credential is None:
                return None
            with self._lock:
                self._known[cache_key] = credential
        if credential.expires_at and credential.expires_at <= datetime.now(UTC):
            return None
        self.uses.note(engine, context.tenant_id, credential.key_id)
        return credential

    def _remembered(self, cache_key: bytes) -> Credential | None:
        # get() would look twice for what is there.
        try:
            return self._known[cache_key]
        except KeyError:
            return None

    def _look_up(self, engine: Engine, context: TenantContext, token: str) -> Credential | None:
        prefix = prefix_of(token)
        if prefix is None:
            return None
        reader = ReadOnlyConnection(engine)
        with reader as connection:
            connection.execution_options(**{CONTEXT_OPTION: context})
            row = select_one(connection, _LIVING, {"prefix": prefix})
        if row is None or not hmac.compare_digest(row.secret_sha256, sha256(token)):
            return None
        return Credential(row.id, frozenset(row.scopes), row.expires_at, reader.credentials_version)
