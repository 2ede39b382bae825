"""Let customers have a company and tags, and be searched.

The table is rewritten, which stops its writers meanwhile.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("company", sa.String(length=255), nullable=True))
    op.add_column(
        "customers",
        sa.Column(
            "tags", postgresql.ARRAY(sa.String(length=50)), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.create_check_constraint(
        op.f("chk_customers_tags"), "customers", "cardinality(tags) <= 20 AND tags::text = lower(tags::text)"
    )
    op.add_column(
        "customers",
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', translate(coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || "
                "coalesce(company, '') || ' ' || coalesce(notes, ''), '@./', '   '))",
                persisted=True,
            ),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("customers", "search")
    op.drop_column("customers", "tags")
    op.drop_column("customers", "company")
