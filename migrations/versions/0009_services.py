"""Keep the tenants' services and their deployments.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "services",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=10000), nullable=True),
        sa.Column("status", sa.String(length=50), server_default="operational", nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('operational', 'degraded', 'down', 'maintenance', 'retired')",
            name=op.f("chk_services_status"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["users.tenant_id", "users.id"], name=op.f("fk_services_users")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_services_tenants")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("services_pkey")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uniq_services_tenant_id_name")),
    )
    op.create_index(
        op.f("idx_services_tenant_id_created_at_id"),
        "services",
        ["tenant_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("idx_services_tenant_id_owner_id"), "services", ["tenant_id", "owner_id"], unique=False
    )
    op.create_index(op.f("idx_services_tenant_id_status"), "services", ["tenant_id", "status"], unique=False)
    op.create_table(
        "deployments",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("status", sa.String(length=50), server_default="pending", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deployed_by_id", sa.Uuid(), nullable=True),
        sa.Column("notes", sa.String(length=10000), nullable=True),
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
            ["tenant_id", "deployed_by_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_deployments_users"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_id"],
            ["services.tenant_id", "services.id"],
            name=op.f("fk_deployments_services"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_deployments_tenants")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("deployments_pkey")),
    )
    op.create_index(
        op.f("idx_deployments_tenant_id_deployed_by_id"),
        "deployments",
        ["tenant_id", "deployed_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("idx_deployments_tenant_id_service_id_created_at_id"),
        "deployments",
        ["tenant_id", "service_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("idx_deployments_tenant_id_service_id_environment_created_at"),
        "deployments",
        ["tenant_id", "service_id", "environment", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("idx_deployments_tenant_id_status"), "deployments", ["tenant_id", "status"], unique=False
    )
    op.enable_rls("deployments")
    op.create_policy(
        "deployments_tenant_isolation",
        "deployments",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
    )
    op.create_policy(
        "deployments_tenant_fence",
        "deployments",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
        permissive=False,
    )
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE deployments", to="app")
    op.enable_rls("services")
    op.create_policy(
        "services_tenant_isolation",
        "services",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
    )
    op.create_policy(
        "services_tenant_fence",
        "services",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
        permissive=False,
    )
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE services", to="app")


def downgrade() -> None:
    op.revoke(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE services", from_="app")
    op.drop_policy(
        "services_tenant_fence",
        "services",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
        permissive=False,
    )
    op.drop_policy(
        "services_tenant_isolation",
        "services",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
    )
    op.disable_rls("services")
    op.revoke(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE deployments", from_="app")
    op.drop_policy(
        "deployments_tenant_fence",
        "deployments",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
        permissive=False,
    )
    op.drop_policy(
        "deployments_tenant_isolation",
        "deployments",
        using="tenant_id = (select tenancy.current_tenant_id())",
        check="tenant_id = (select tenancy.current_tenant_id())",
    )
    op.disable_rls("deployments")
    op.drop_index(op.f("idx_deployments_tenant_id_status"), table_name="deployments")
    op.drop_index(
        op.f("idx_deployments_tenant_id_service_id_environment_created_at"), table_name="deployments"
    )
    op.drop_index(op.f("idx_deployments_tenant_id_service_id_created_at_id"), table_name="deployments")
    op.drop_index(op.f("idx_deployments_tenant_id_deployed_by_id"), table_name="deployments")
    op.drop_table("deployments")
    op.drop_index(op.f("idx_services_tenant_id_status"), table_name="services")
    op.drop_index(op.f("idx_services_tenant_id_owner_id"), table_name="services")
    op.drop_index(op.f("idx_services_tenant_id_created_at_id"), table_name="services")
    op.drop_table("services")
