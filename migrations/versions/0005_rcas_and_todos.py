"""Keep root cause analyses, their solutions, and todos.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OWN_ROWS = "tenant_id = (select tenancy.current_tenant_id())"
FENCE = f"coalesce({OWN_ROWS}, false)"
TABLES = ("rcas", "rca_solutions", "todos")


def upgrade() -> None:
    op.create_table(
        "rcas",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("issue_description", sa.String(10_000), nullable=False),
        sa.Column("equipment_type", sa.String(100), nullable=True),
        sa.Column("severity", sa.String(50), server_default="medium", nullable=False),
        sa.Column("status", sa.String(50), server_default="open", nullable=False),
        sa.Column("rca_owner_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("root_cause", sa.String(10_000), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "severity IN ('low', 'medium', 'high', 'critical')", name=op.f("chk_rcas_severity")
        ),
        sa.CheckConstraint("status <> 'closed' OR root_cause IS NOT NULL", name=op.f("chk_rcas_root_cause")),
        sa.CheckConstraint(
            "status IN ('open', 'investigating', 'identified', 'resolved', 'closed')",
            name=op.f("chk_rcas_status"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"], name="fk_rcas_customers"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rca_owner_id"], ["users.tenant_id", "users.id"], name="fk_rcas_users"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_id"], ["services.tenant_id", "services.id"], name="fk_rcas_services"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_rcas_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="rcas_pkey"),
    )
    op.create_index("idx_rcas_tenant_id_created_at_id", "rcas", ["tenant_id", "created_at", "id"])
    op.create_index("idx_rcas_tenant_id_customer_id", "rcas", ["tenant_id", "customer_id"])
    op.create_index("idx_rcas_tenant_id_rca_owner_id", "rcas", ["tenant_id", "rca_owner_id"])
    op.create_index("idx_rcas_tenant_id_service_id", "rcas", ["tenant_id", "service_id"])
    op.create_index("idx_rcas_tenant_id_status", "rcas", ["tenant_id", "status"])

    op.create_table(
        "rca_solutions",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("rca_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.String(10_000), nullable=False),
        sa.Column("kind", sa.String(50), server_default="corrective", nullable=False),
        sa.Column("status", sa.String(50), server_default="proposed", nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('workaround', 'corrective', 'preventive')", name=op.f("chk_rca_solutions_kind")
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'in_progress', 'done', 'rejected')", name=op.f("chk_rca_solutions_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["users.tenant_id", "users.id"], name="fk_rca_solutions_users"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rca_id"], ["rcas.tenant_id", "rcas.id"], name="fk_rca_solutions_rcas"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_rca_solutions_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="rca_solutions_pkey"),
    )
    op.create_index("idx_rca_solutions_tenant_id_owner_id", "rca_solutions", ["tenant_id", "owner_id"])
    op.create_index(
        "idx_rca_solutions_tenant_id_rca_id_created_at_id",
        "rca_solutions",
        ["tenant_id", "rca_id", "created_at", "id"],
    )
    op.create_index("idx_rca_solutions_tenant_id_status", "rca_solutions", ["tenant_id", "status"])

    op.create_table(
        "todos",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("tenancy.current_tenant_id()"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "completed", sa.Boolean(), sa.Computed("completed_at IS NOT NULL", persisted=True), nullable=False
        ),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("rca_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "rca_id"], ["rcas.tenant_id", "rcas.id"], name="fk_todos_rcas"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"], ["users.tenant_id", "users.id"], name="fk_todos_users"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_todos_tenants"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="todos_pkey"),
    )
    op.create_index("idx_todos_tenant_id_assignee_id", "todos", ["tenant_id", "assignee_id"])
    op.create_index(
        "idx_todos_tenant_id_completed_due_at_id",
        "todos",
        ["tenant_id", "completed", sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), "id"],
    )
    op.create_index("idx_todos_tenant_id_created_at_id", "todos", ["tenant_id", "created_at", "id"])
    op.create_index("idx_todos_tenant_id_rca_id", "todos", ["tenant_id", "rca_id"])

    for table in TABLES:
        op.enable_rls(table)
        op.create_policy(f"{table}_tenant_isolation", table, using=OWN_ROWS, check=OWN_ROWS)
        op.create_policy(f"{table}_tenant_fence", table, using=FENCE, check=FENCE, permissive=False)
        op.grant(["SELECT", "INSERT", "UPDATE", "DELETE"], on=f"TABLE {table}", to="app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
