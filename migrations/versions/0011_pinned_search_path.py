"""Pin the search path at each begin.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.replace_function("tenancy.bind(text)", version=2, previous=1)


def downgrade() -> None:
    op.replace_function("tenancy.bind(text)", version=1, previous=2)
