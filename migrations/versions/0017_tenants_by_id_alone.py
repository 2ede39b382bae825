"""Find a tenant's own row by its id alone: the directory keeps subdomains unique.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("uniq_tenants_subdomain", table_name="tenants")
    op.drop_index("idx_tenants_status", table_name="tenants")


def downgrade() -> None:
    op.create_index("idx_tenants_status", "tenants", ["status"])
    op.create_index("uniq_tenants_subdomain", "tenants", ["subdomain"], unique=True)
