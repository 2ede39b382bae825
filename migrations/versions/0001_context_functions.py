"""Let PostgreSQL read the tenant context.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EVERYONE = ("owner", "app", "platform")
FUNCTIONS = (
    "tenancy.current_context()",
    "tenancy.current_tenant_id()",
    "tenancy.current_actor_id()",
    "tenancy.current_actor_role()",
)


def upgrade() -> None:
    op.grant(["SELECT"], on="TABLE public.alembic_version", to="app")
    op.grant(["SELECT"], on="TABLE public.alembic_version", to="platform")
    for signature in FUNCTIONS:
        op.create_function(signature, version=1, execute=EVERYONE)


def downgrade() -> None:
    for signature in reversed(FUNCTIONS):
        op.drop_function(signature, version=1, execute=EVERYONE)
    op.revoke(["SELECT"], on="TABLE public.alembic_version", from_="platform")
    op.revoke(["SELECT"], on="TABLE public.alembic_version", from_="app")
