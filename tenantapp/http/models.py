"""What the API keeps for itself, per tenant: the answers that a repeated request gets again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.schema import SchemaItem

from tenantapp.models import columns
from tenantapp.models.scoped import Resource


class IdempotencyKey(Resource):
    """One request that was done, by the key its client gave it, and what it was answered."""

    __tablename__ = "idempotency_keys"
    # Nobody lists them.
    listed_by = ()

    credential_id: Mapped[UUID]
    route: Mapped[str] = columns.required_text(255)
    key: Mapped[str] = columns.required_text(255)
    fingerprint: Mapped[bytes] = columns.digest()
    status: Mapped[int | None]
    headers: Mapped[dict[str, object]] = columns.json_object()
    body: Mapped[str | None] = columns.optional_text()
    expires_at: Mapped[datetime] = columns.required_moment()

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return (
            UniqueConstraint("tenant_id", "credential_id", "route", "key"),
            Index(None, "tenant_id", "expires_at"),
        )
