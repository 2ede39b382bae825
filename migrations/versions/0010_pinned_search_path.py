"""Pin the search path at each begin.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.replace_function("tenancy.bind(text)", version=2, previous=1)


def downgrade() -> None:
    op.replace_function("tenancy.bind(text)", version=1, previous=2)
