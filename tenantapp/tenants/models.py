"""The tenant's own row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from tenantapp.db import columns
from tenantapp.db.models import Record

STATUSES = ("active", "suspended", "archived")


class Tenant(Record):
    """A company that is served. Its own id is the tenant's id: the one scoped table without `tenant_id`.

    `epoch` counts the tenant's moves: a database that is left behind has a lower one.
    """

    __tablename__ = "tenants"

    name: Mapped[str] = columns.required_text(255)
    subdomain: Mapped[str] = columns.required_text(63)
    status: Mapped[str] = columns.status("active")
    settings: Mapped[dict[str, Any]] = columns.json_object()
    epoch: Mapped[int] = columns.counter(1)

    __table_args__ = (
        columns.dns_label("subdomain"),
        columns.one_of("status", STATUSES),
        Index("uniq_tenants_subdomain", "subdomain", unique=True),
        Index(None, "status"),
    )
