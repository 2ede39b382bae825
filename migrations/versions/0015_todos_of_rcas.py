"""Say which root cause analysis a todo is about.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("todos", sa.Column("rca_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("idx_todos_tenant_id_rca_id"), "todos", ["tenant_id", "rca_id"], unique=False)
    op.create_scoped_foreign_key(
        "fk_todos_rcas", "todos", "rcas", ["tenant_id", "rca_id"], ["tenant_id", "id"]
    )


def downgrade() -> None:
    op.drop_scoped_foreign_key("fk_todos_rcas", "todos", "rcas", ["tenant_id", "rca_id"], ["tenant_id", "id"])
    op.drop_index(op.f("idx_todos_tenant_id_rca_id"), table_name="todos")
    op.drop_column("todos", "rca_id")
