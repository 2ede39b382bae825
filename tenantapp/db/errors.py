"""What can be wrong with what is asked of rows."""

from __future__ import annotations

from sqlalchemy.exc import InternalError

from tenantapp.models.errors import RowRefused


class WroteWhileReading(InternalError):
    """Raised when a unit of work that reads has written: the program is at fault, not a read-only server."""


class RowNotFound(RowRefused):
    """Raised when a row is not there for this tenant; it carries the table's name."""


class RowChanged(RowRefused):
    """Raised when a row has another version than a write is based on; it carries the table's name."""


class RowInUse(RowRefused):
    """Raised when a row cannot be deleted since others refer to it; it carries the table of these."""


class Conflict(RowRefused):
    """Raised when rows as they stand do not allow a write.

    Args:
        field: the column that it is about.
        rule: one sentence: what does not allow it, and what to do.
    """

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(rule)
        self.field = field


class ForeignTenantSession(Exception):
    """Raised when a session that holds one tenant's rows is used in another tenant's context."""
