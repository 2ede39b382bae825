"""Keep the tenants, each one's row visible to itself alone.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OWN_ROW = "id = (select tenancy.current_tenant_id())"


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("subdomain", sa.String(63), nullable=False),
        sa.Column("status", sa.String(50), server_default="active", nullable=False),
        sa.Column("settings", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name=op.f("chk_tenants_subdomain")
        ),
        sa.CheckConstraint("status IN ('active', 'suspended', 'archived')", name=op.f("chk_tenants_status")),
        sa.PrimaryKeyConstraint("id", name="tenants_pkey"),
    )
    op.create_index("uniq_tenants_subdomain", "tenants", ["subdomain"], unique=True)
    op.create_index("idx_tenants_status", "tenants", ["status"])
    op.enable_rls("tenants")
    op.create_policy("tenants_tenant_isolation", "tenants", using=OWN_ROW, check=OWN_ROW)
    op.create_policy("tenants_tenant_fence", "tenants", using=OWN_ROW, check=OWN_ROW, permissive=False)
    op.grant(["SELECT", "UPDATE (name, settings, row_version, updated_at)"], on="TABLE tenants", to="app")
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE tenants", to="platform")
    op.create_function("tenancy.bind(text)", version=1, execute=("app", "platform"))


def downgrade() -> None:
    op.drop_function("tenancy.bind(text)", version=1, execute=("app", "platform"))
    op.drop_table("tenants")
