"""Refuse a context that is good for longer than clocks may differ.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

VERIFIED = "tenancy.verified_context()"
CURRENT = "tenancy.current_context()"


def upgrade() -> None:
    _replace_verified(version=2, previous=1)


def downgrade() -> None:
    _replace_verified(version=1, previous=2)


def _replace_verified(*, version: int, previous: int) -> None:
    """Replace the function that another one depends on; nobody sees the moment in which that one does not."""
    op.replace_function(CURRENT, version=1, previous=2)
    op.replace_function(VERIFIED, version=version, previous=previous, owner="sealer")
    op.replace_function(CURRENT, version=2, previous=1)
