"""Let the database refuse a tenant or a credential itself, before anything of a request is run.

`tenancy.bind(text)` stays: processes of the release before call it until they are replaced, and the operator binds
tenants that are not served.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIND_SERVED = "tenancy.bind_served(text,integer)"


def upgrade() -> None:
    op.create_function(BIND_SERVED, version=1, execute=("app",))


def downgrade() -> None:
    op.drop_function(BIND_SERVED, version=1, execute=("app",))
