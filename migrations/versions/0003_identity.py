"""Keep who may act for a tenant, and what a repeated request was answered.

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

OWN_ROWS = "tenant_id = (select tenancy.current_tenant_id())"
FENCE = f"coalesce({OWN_ROWS}, false)"
TABLES = ("users", "api_keys", "idempotency_keys")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("role", sa.String(50), server_default="member", nullable=False),
        sa.Column("status", sa.String(50), server_default="invited", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'member', 'viewer')", name=op.f("chk_users_role")),
        sa.CheckConstraint("status IN ('invited', 'active', 'disabled')", name=op.f("chk_users_status")),
        sa.CheckConstraint("email = lower(email)", name=op.f("chk_users_email_normalised")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_users_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="users_pkey"),
        sa.UniqueConstraint("tenant_id", "email", name="uniq_users_tenant_id_email"),
    )
    op.create_index("idx_users_tenant_id_created_at_id", "users", ["tenant_id", "created_at", "id"])

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
        sa.CheckConstraint(
            "cardinality(array_remove(array_remove(array_remove(scopes, 'read'), 'write'), 'admin')) = 0",
            name=op.f("chk_api_keys_scopes"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_api_keys_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="api_keys_pkey"),
        sa.UniqueConstraint("tenant_id", "prefix", name="uniq_api_keys_tenant_id_prefix"),
    )

    op.create_table(
        "idempotency_keys",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.String(255), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_idempotency_keys_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="idempotency_keys_pkey"),
        sa.UniqueConstraint(
            "tenant_id",
            "credential_id",
            "route",
            "key",
            name="uniq_idempotency_keys_tenant_id_credential_id_route_key",
        ),
    )
    op.create_index(
        "idx_idempotency_keys_tenant_id_expires_at", "idempotency_keys", ["tenant_id", "expires_at"]
    )

    for table in TABLES:
        op.enable_rls(table)
        op.create_policy(f"{table}_tenant_isolation", table, using=OWN_ROWS, check=OWN_ROWS)
        op.create_policy(f"{table}_tenant_fence", table, using=FENCE, check=FENCE, permissive=False)
        op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on=f"TABLE {table}", to="app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
