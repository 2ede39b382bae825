"""Seal the tenant context: what SQL puts in its place is refused.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EVERYONE = ("owner", "app", "platform")


def upgrade() -> None:
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
    op.create_function("tenancy.verified_context()", version=1, execute=EVERYONE, owner="sealer")
    op.replace_function("tenancy.current_context()", version=2, previous=1)


def downgrade() -> None:
    op.replace_function("tenancy.current_context()", version=1, previous=2)
    op.drop_function("tenancy.verified_context()", version=1, execute=EVERYONE, owner="sealer")
    op.drop_table("context_keys", schema="tenancy")
