"""Keep the tenants' users.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=50), server_default="member", nullable=False),
        sa.Column("status", sa.String(length=50), server_default="invited", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'member', 'viewer')", name=op.f("chk_users_role")),
        sa.CheckConstraint("status IN ('invited', 'active', 'disabled')", name=op.f("chk_users_status")),
        sa.CheckConstraint("email = lower(email)", name=op.f("chk_users_email_normalised")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_users_tenants")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("users_pkey")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("uniq_users_tenant_id_email")),
    )
    op.create_index(
        op.f("idx_users_tenant_id_created_at_id"), "users", ["tenant_id", "created_at", "id"], unique=False
    )
    op.enable_rls("users")
    op.create_policy(
        "users_tenant_isolation",
        "users",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
    )
    op.create_policy(
        "users_tenant_fence",
        "users",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
        permissive=False,
    )
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE users", to="app")


def downgrade() -> None:
    op.revoke(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE users", from_="app")
    op.drop_policy(
        "users_tenant_fence",
        "users",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
        permissive=False,
    )
    op.drop_policy(
        "users_tenant_isolation",
        "users",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
    )
    op.disable_rls("users")
    op.drop_index(op.f("idx_users_tenant_id_created_at_id"), table_name="users")
    op.drop_table("users")
