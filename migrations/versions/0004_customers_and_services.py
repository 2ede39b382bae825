"""Keep the tenants' customers, services and deployments.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OWN_ROWS = "tenant_id = (select tenancy.current_tenant_id())"
FENCE = f"coalesce({OWN_ROWS}, false)"
TABLES = ("customers", "services", "deployments")


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
        sa.Column("company", sa.String(255), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.String(50)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', translate(coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || "
                "coalesce(company, '') || ' ' || coalesce(notes, ''), '@./', '   '))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("chk_customers_email_normalised")),
        sa.CheckConstraint("status IN ('active', 'inactive', 'prospect')", name=op.f("chk_customers_status")),
        sa.CheckConstraint(
            "cardinality(tags) <= 20 AND tags::text = lower(tags::text)", name=op.f("chk_customers_tags")
        ),
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

    op.create_table(
        "services",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(10_000), nullable=True),
        sa.Column("status", sa.String(50), server_default="operational", nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('operational', 'degraded', 'down', 'maintenance', 'retired')",
            name=op.f("chk_services_status"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["users.tenant_id", "users.id"], name="fk_services_users"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_services_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="services_pkey"),
        sa.UniqueConstraint("tenant_id", "name", name="uniq_services_tenant_id_name"),
    )
    op.create_index("idx_services_tenant_id_created_at_id", "services", ["tenant_id", "created_at", "id"])
    op.create_index("idx_services_tenant_id_owner_id", "services", ["tenant_id", "owner_id"])
    op.create_index("idx_services_tenant_id_status", "services", ["tenant_id", "status"])

    op.create_table(
        "deployments",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("environment", sa.String(50), nullable=False),
        sa.Column("status", sa.String(50), server_default="pending", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deployed_by_id", sa.Uuid(), nullable=True),
        sa.Column("notes", sa.String(10_000), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "environment IN ('development', 'test', 'staging', 'production')",
            name=op.f("chk_deployments_environment"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'running', 'succeeded', 'failed', 'rolled_back')",
            name=op.f("chk_deployments_status"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "deployed_by_id"], ["users.tenant_id", "users.id"], name="fk_deployments_users"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_id"], ["services.tenant_id", "services.id"], name="fk_deployments_services"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_deployments_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="deployments_pkey"),
    )
    op.create_index(
        "idx_deployments_tenant_id_deployed_by_id", "deployments", ["tenant_id", "deployed_by_id"]
    )
    op.create_index(
        "idx_deployments_tenant_id_service_id_created_at_id",
        "deployments",
        ["tenant_id", "service_id", "created_at", "id"],
    )
    op.create_index(
        "idx_deployments_tenant_id_service_id_environment_created_at",
        "deployments",
        ["tenant_id", "service_id", "environment", "created_at"],
    )
    op.create_index("idx_deployments_tenant_id_status", "deployments", ["tenant_id", "status"])

    for table in TABLES:
        op.enable_rls(table)
        op.create_policy(f"{table}_tenant_isolation", table, using=OWN_ROWS, check=OWN_ROWS)
        op.create_policy(f"{table}_tenant_fence", table, using=FENCE, check=FENCE, permissive=False)
        op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on=f"TABLE {table}", to="app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
