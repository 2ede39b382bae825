"""Keep which tenant lives in which database, and answer for one subdomain at a time.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


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
        sa.Column("subdomain", sa.String(63), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("database_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(50), server_default="active", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name=op.f("chk_directory_subdomain")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'suspended', 'archived')", name=op.f("chk_directory_status")
        ),
        sa.ForeignKeyConstraint(["database_id"], ["control.databases.id"], name="fk_directory_databases"),
        sa.PrimaryKeyConstraint("subdomain", name="directory_pkey"),
        schema="control",
    )
    op.create_index("uniq_directory_tenant_id", "directory", ["tenant_id"], unique=True, schema="control")
    op.create_index("idx_directory_database_id", "directory", ["database_id"], schema="control")
    for table in ("control.databases", "control.directory"):
        op.grant(["SELECT"], on=f"TABLE {table}", to="directory")
        op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on=f"TABLE {table}", to="platform")
    op.create_function("tenancy.find_tenant(text)", version=1, execute=("app",), owner="directory")


def downgrade() -> None:
    op.drop_function("tenancy.find_tenant(text)", version=1, execute=("app",), owner="directory")
    op.drop_table("directory", schema="control")
    op.drop_table("databases", schema="control")
