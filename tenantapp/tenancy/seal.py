"""The seal on a tenant's context: what makes SQL unable to choose whose rows it sees."""

from __future__ import annotations

import hmac
import time

from tenantapp.settings.context_key import ContextKey
from tenantapp.tenancy.context import TenantContext

LIFETIME_SECONDS = 60
"""How long a token may wait for its transaction to begin; the transaction itself may last longer."""

SKEW_SECONDS = 60
"""How far this machine's clock may be from the database's, as `tenancy.verified_context()` has it."""


class ContextSealer:
    """Makes the wire format of the context, which `tenancy.verified_context()` reads on the other side.

    `v2.<tenant>.<actor>.<role>.<request>.<expiry>.<backend>.<key id>.<mac>`: the MAC is HMAC-SHA-256 over
    all before it and the database's name, so that a token is good on one connection to one database.

    Args:
        key: the database's key; a process holds it, PostgreSQL's application role cannot read it.
        database: the database's name, as the server knows it.
    """

    def __init__(self, key: ContextKey, database: str) -> None:
        self.key_id = key.id
        self.database = database
        # Keyed once: a copy costs half of what a new one does, and keeps the interpreter's lock.
        self._keyed = hmac.new(key.secret, digestmod="sha256")

    def seal(self, context: TenantContext, backend_pid: int) -> str:
        """Return a token for a transaction that begins now.

        Args:
            context: what it says.
            backend_pid: the server's process behind the connection that it is for.
        """
        expiry = int(time.time()) + LIFETIME_SECONDS
        return self._signed(
            f"v2.{context.tenant_id}.{context.actor_id or ''}.{context.role}.{context.request_id}"
            f".{expiry}.{backend_pid}.{self.key_id}."
        )

    def _signed(self, text: str) -> str:
        mac = self._keyed.copy()
        mac.update(f"{text}{self.database}".encode())
        return text + mac.hexdigest()
