"""Verify the tenant context of a transaction, and tell policies whose it is.

The functions' texts are in `sql/functions/`. `verified_context` checks the sealed context against the database's key;
the others name one part of what it says. Policies ask `current_tenant_id` alone, which has the planner put them first
(`plan_policies_first`, decision 17).

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EVERYONE = ("owner", "app", "platform")
VERIFIED = "tenancy.verified_context()"
# Each of them calls one that stands before it.
FUNCTIONS = (
    "tenancy.current_context()",
    "tenancy.plan_policies_first()",
    "tenancy.current_tenant_id()",
    "tenancy.current_actor_id()",
    "tenancy.current_actor_role()",
)


def upgrade() -> None:
    # Start-up compares the database's revision with the program's.
    op.grant(["SELECT"], on="TABLE public.alembic_version", to="app")
    op.grant(["SELECT"], on="TABLE public.alembic_version", to="platform")

    op.create_table(
        "context_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("ipad", sa.LargeBinary(), nullable=False),
        sa.Column("opad", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="context_keys_pkey"),
        schema="tenancy",
    )
    # Nothing of a key is sampled into pg_statistic.
    for column in ("key_id", "ipad", "opad", "blind"):
        op.execute(f"ALTER TABLE tenancy.context_keys ALTER COLUMN {column} SET STATISTICS 0")
    op.grant(["SELECT"], on="TABLE tenancy.context_keys", to="sealer")

    op.create_function(VERIFIED, version=1, execute=EVERYONE, owner="sealer")
    for signature in FUNCTIONS:
        op.create_function(signature, version=1, execute=EVERYONE)


def downgrade() -> None:
    for signature in reversed(FUNCTIONS):
        op.drop_function(signature, version=1, execute=EVERYONE)
    op.drop_function(VERIFIED, version=1, execute=EVERYONE, owner="sealer")
    op.drop_table("context_keys", schema="tenancy")
    op.revoke(["SELECT"], on="TABLE public.alembic_version", from_="platform")
    op.revoke(["SELECT"], on="TABLE public.alembic_version", from_="app")
