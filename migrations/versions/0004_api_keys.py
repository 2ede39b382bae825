"""Keep the tenants' API keys.

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


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("scopes <@ ARRAY['read', 'write', 'admin']", name=op.f("chk_api_keys_scopes")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_api_keys_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="api_keys_pkey"),
        sa.UniqueConstraint("tenant_id", "prefix", name="uniq_api_keys_tenant_id_prefix"),
    )
    op.enable_rls("api_keys")
    op.create_policy("api_keys_tenant_isolation", "api_keys", using=OWN_ROWS, check=OWN_ROWS)
    op.create_policy("api_keys_tenant_fence", "api_keys", using=OWN_ROWS, check=OWN_ROWS, permissive=False)
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE api_keys", to="app")


def downgrade() -> None:
    op.drop_table("api_keys")
