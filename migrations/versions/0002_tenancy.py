"""Keep the tenants: where each one lives, and each one's own row, which it alone sees.

`control.directory` maps a subdomain to a tenant and its database; the application asks it by `find_tenant`, one
subdomain at a time. `tenants` has no index but its key: decision 14 says why. A transaction that serves
a request begins with `bind_served`; the operator's begins with `bind`, also for tenants that are not served.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SUBDOMAIN = "subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'"
STATUS = "status IN ('active', 'suspended', 'archived')"
OWN_ROW = "id = (select tenancy.current_tenant_id())"
FENCE = f"coalesce({OWN_ROW}, false)"
FIND, BIND, BIND_SERVED = (
    "tenancy.find_tenant(text)",
    "tenancy.bind(text)",
    "tenancy.bind_served(text,integer)",
)


def upgrade() -> None:
    op.create_table(
        "databases",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="databases_pkey"),
        schema="control",
    )
    op.create_index("uniq_databases_name", "databases", ["name"], unique=True, schema="control")

    op.create_table(
        "directory",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("subdomain", sa.String(63), nullable=False),
        sa.Column("database_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(50), server_default="active", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(SUBDOMAIN, name=op.f("chk_directory_subdomain")),
        sa.CheckConstraint(STATUS, name=op.f("chk_directory_status")),
        sa.ForeignKeyConstraint(["database_id"], ["control.databases.id"], name="fk_directory_databases"),
        sa.PrimaryKeyConstraint("tenant_id", name="directory_pkey"),
        schema="control",
    )
    op.create_index("uniq_directory_subdomain", "directory", ["subdomain"], unique=True, schema="control")
    op.create_index("idx_directory_status", "directory", ["status"], schema="control")
    op.create_index("idx_directory_database_id", "directory", ["database_id"], schema="control")
    for table in ("control.databases", "control.directory"):
        op.grant(["SELECT"], on=f"TABLE {table}", to="directory")
        op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on=f"TABLE {table}", to="platform")
    op.create_function(FIND, version=1, execute=("app",), owner="directory")

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
        sa.Column("credentials_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(SUBDOMAIN, name=op.f("chk_tenants_subdomain")),
        sa.CheckConstraint(STATUS, name=op.f("chk_tenants_status")),
        sa.PrimaryKeyConstraint("id", name="tenants_pkey"),
    )
    op.enable_rls("tenants")
    op.create_policy("tenants_tenant_isolation", "tenants", using=OWN_ROW, check=OWN_ROW)
    op.create_policy("tenants_tenant_fence", "tenants", using=FENCE, check=FENCE, permissive=False)
    op.grant(
        ["SELECT", "UPDATE (name, settings, row_version, updated_at, credentials_version)"],
        on="TABLE tenants",
        to="app",
    )
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE tenants", to="platform")
    op.create_function(BIND, version=1, execute=("app", "platform"))
    op.create_function(BIND_SERVED, version=1, execute=("app",))


def downgrade() -> None:
    op.drop_function(BIND_SERVED, version=1, execute=("app",))
    op.drop_function(BIND, version=1, execute=("app", "platform"))
    op.drop_table("tenants")
    op.drop_function(FIND, version=1, execute=("app",), owner="directory")
    op.drop_table("directory", schema="control")
    op.drop_table("databases", schema="control")
