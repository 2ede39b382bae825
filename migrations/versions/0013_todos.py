"""Keep the tenants' todos.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "todos",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "completed", sa.Boolean(), sa.Computed("completed_at IS NOT NULL", persisted=True), nullable=False
        ),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"], ["users.tenant_id", "users.id"], name=op.f("fk_todos_users")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_todos_tenants")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("todos_pkey")),
    )
    op.create_index(
        op.f("idx_todos_tenant_id_assignee_id"), "todos", ["tenant_id", "assignee_id"], unique=False
    )
    op.create_index(
        op.f("idx_todos_tenant_id_completed_due_at"),
        "todos",
        ["tenant_id", "completed", "due_at"],
        unique=False,
    )
    op.create_index(
        op.f("idx_todos_tenant_id_created_at_id"), "todos", ["tenant_id", "created_at", "id"], unique=False
    )
    op.enable_rls("todos")
    op.create_policy(
        "todos_tenant_isolation",
        "todos",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
    )
    op.create_policy(
        "todos_tenant_fence",
        "todos",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
        permissive=False,
    )
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE todos", to="app")


def downgrade() -> None:
    op.revoke(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE todos", from_="app")
    op.drop_policy(
        "todos_tenant_fence",
        "todos",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
        permissive=False,
    )
    op.drop_policy(
        "todos_tenant_isolation",
        "todos",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
    )
    op.disable_rls("todos")
    op.drop_index(op.f("idx_todos_tenant_id_created_at_id"), table_name="todos")
    op.drop_index(op.f("idx_todos_tenant_id_completed_due_at"), table_name="todos")
    op.drop_index(op.f("idx_todos_tenant_id_assignee_id"), table_name="todos")
    op.drop_table("todos")
