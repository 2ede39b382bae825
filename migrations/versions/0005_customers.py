"""Keep the tenants' customers.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OWN_ROWS = "tenant_id = (select tenancy.current_tenant_id())"


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(50), nullable=True),
        sa.Column("status", sa.String(50), server_default="active", nullable=False),
        sa.Column("notes", sa.String(10_000), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("chk_customers_email_normalised")),
        sa.CheckConstraint("status IN ('active', 'inactive', 'prospect')", name=op.f("chk_customers_status")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_customers_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="customers_pkey"),
    )
    op.create_index("idx_customers_tenant_id_status", "customers", ["tenant_id", "status"])
    op.create_index("idx_customers_tenant_id_created_at_id", "customers", ["tenant_id", "created_at", "id"])
    op.create_index(
        "uniq_customers_tenant_id_email",
        "customers",
        ["tenant_id", "email"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.enable_rls("customers")
    op.create_policy("customers_tenant_isolation", "customers", using=OWN_ROWS, check=OWN_ROWS)
    op.create_policy("customers_tenant_fence", "customers", using=OWN_ROWS, check=OWN_ROWS, permissive=False)
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE customers", to="app")


def downgrade() -> None:
    op.drop_table("customers")
