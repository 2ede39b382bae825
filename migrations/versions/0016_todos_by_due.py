"""Find todos by when they are due, in the order in which they are listed by it.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "idx_todos_tenant_id_completed_due_at_id",
        "todos",
        ["tenant_id", "completed", sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), "id"],
        unique=False,
    )
    op.drop_index(op.f("idx_todos_tenant_id_completed_due_at"), table_name="todos")


def downgrade() -> None:
    op.create_index(
        op.f("idx_todos_tenant_id_completed_due_at"),
        "todos",
        ["tenant_id", "completed", "due_at"],
        unique=False,
    )
    op.drop_index("idx_todos_tenant_id_completed_due_at_id", table_name="todos")
