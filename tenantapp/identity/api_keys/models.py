"""The credentials of a tenant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.schema import SchemaItem

from tenantapp.identity.api_keys.keys import SCOPES
from tenantapp.models import columns
from tenantapp.models.scoped import Resource


class ApiKey(Resource):
    """A key by which a program acts for the tenant. The secret is shown once; only its hash is kept."""

    __tablename__ = "api_keys"
    # A tenant has a handful.
    listed_by = ()

    name: Mapped[str] = columns.required_text(255)
    prefix: Mapped[str] = columns.required_text(16)
    secret_sha256: Mapped[bytes] = columns.digest()
    scopes: Mapped[list[str]] = columns.words()
    expires_at: Mapped[datetime | None] = columns.moment()
    last_used_at: Mapped[datetime | None] = columns.moment()
    revoked_at: Mapped[datetime | None] = columns.moment()

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return (columns.some_of("scopes", SCOPES), UniqueConstraint("tenant_id", "prefix"))
