"""Keep the answers that a repeated request gets again.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OWN_ROWS = "tenant_id = (select tenancy.current_tenant_id())"


def upgrade() -> None:
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
    op.enable_rls("idempotency_keys")
    op.create_policy("idempotency_keys_tenant_isolation", "idempotency_keys", using=OWN_ROWS, check=OWN_ROWS)
    op.create_policy(
        "idempotency_keys_tenant_fence", "idempotency_keys", using=OWN_ROWS, check=OWN_ROWS, permissive=False
    )
    op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on="TABLE idempotency_keys", to="app")


def downgrade() -> None:
    op.drop_table("idempotency_keys")
