"""Count the changes of a tenant's credentials, and tell the count at each begin.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "tenants",
        sa.Column("credentials_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.grant(["UPDATE (credentials_version)"], on="TABLE tenants", to="app")
    op.replace_function("tenancy.bind(text)", version=3, previous=2)


def downgrade() -> None:
    op.replace_function("tenancy.bind(text)", version=2, previous=3)
    op.drop_column("tenants", "credentials_version")
