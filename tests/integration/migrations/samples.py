"""One of every operation that brings something about, and what each needs to be there."""

from __future__ import annotations

from alembic.operations import MigrateOperation

from tenantapp.rls.operations import (
    ChangeOwnerOp,
    CreateFunctionOp,
    CreateIndexAsOp,
    CreateMonthlyPartitionsOp,
    CreatePolicyOp,
    CreateScopedForeignKeyOp,
    CreateViewOp,
    EnableRlsOp,
    GrantOp,
    RenameScopedColumnOp,
    RenameScopedTableOp,
    ReplaceFunctionOp,
)

OWN_ROWS = "tenant_id = (select '00000000-0000-0000-0000-000000000000'::uuid)"
SETUP = """
    CREATE TABLE pads (tenant_id uuid, id uuid, CONSTRAINT pads_pkey PRIMARY KEY (tenant_id, id));
    CREATE TABLE drafts (
        tenant_id uuid, id uuid, parent_id uuid, text text NOT NULL, text_size int, "order" int,
        CONSTRAINT drafts_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT chk_drafts_text CHECK (text <> ''),
        CONSTRAINT fk_drafts_drafts FOREIGN KEY (tenant_id, parent_id) REFERENCES drafts
    );
    CREATE INDEX idx_drafts_tenant_id_text ON drafts (tenant_id, text);
    CREATE INDEX idx_drafts_tenant_id_text_size ON drafts (tenant_id, text_size);
    CREATE POLICY drafts_tenant_isolation ON drafts USING (true);
    CREATE TABLE lines (
        tenant_id uuid, draft_id uuid,
        CONSTRAINT fk_lines_drafts FOREIGN KEY (tenant_id, draft_id) REFERENCES drafts
    );
    CREATE TABLE control.plans (tenant_id uuid, id uuid, CONSTRAINT plans_pkey PRIMARY KEY (tenant_id, id));
    ALTER TABLE control.plans FORCE ROW LEVEL SECURITY;
    ALTER TABLE drafts FORCE ROW LEVEL SECURITY;
    CREATE TABLE events (tenant_id uuid, created_at timestamptz) PARTITION BY RANGE (created_at);
    CREATE POLICY events_tenant_isolation ON events USING (true)
"""
FUNCTION = "CREATE FUNCTION public.{name}() RETURNS text LANGUAGE sql {volatility} RETURN '{text}'"
FUNCTION_FILES = {
    "answer_v01.sql": FUNCTION.format(name="answer", volatility="STABLE", text="41"),
    "answer_v02.sql": FUNCTION.format(name="answer", volatility="IMMUTABLE", text="42"),
    "question_v01.sql": FUNCTION.format(name="question", volatility="STABLE", text="100 % of what?"),
    "question_v02.sql": FUNCTION.format(name="question", volatility="STABLE", text=":what?"),
}
FUNCTIONS = (
    CreateFunctionOp("public.answer()", 1, ()),
    CreateFunctionOp("public.question()", 1, ("app",), "directory"),
)
# Their inverses are the others.
SAMPLES: dict[str, MigrateOperation] = {
    "policy": CreatePolicyOp("drafts_policy", "drafts", OWN_ROWS, OWN_ROWS),
    "fence": CreatePolicyOp("drafts_fence", "drafts", OWN_ROWS, "false", permissive=False),
    "policy for a command and roles": CreatePolicyOp(
        "drafts_reader", "drafts", OWN_ROWS, None, command="SELECT", roles=("app", "platform")
    ),
    "policy for new rows": CreatePolicyOp("drafts_writer", "drafts", None, "text <> ':%s'", command="INSERT"),
    "enabled": EnableRlsOp("pads"),
    "grant on columns": GrantOp(("SELECT", "UPDATE (text)"), "TABLE drafts", "app"),
    "grant on columns that are keywords": GrantOp(("UPDATE (text, order)",), "TABLE drafts", "app"),
    "grant to everybody": GrantOp(("SELECT",), "TABLE drafts", "public"),
    "grant on a function": GrantOp(("EXECUTE",), "FUNCTION public.answer()", "platform"),
    "function": CreateFunctionOp("tenancy.verified_context()", 1, ("app", "platform")),
    "function of another owner": CreateFunctionOp("tenancy.verified_context()", 1, (), "directory"),
    "owner of a table": ChangeOwnerOp("TABLE drafts", "directory", "owner"),
    "owner of a function": ChangeOwnerOp("FUNCTION public.answer()", "directory", "owner"),
    "foreign key": CreateScopedForeignKeyOp(
        "fk_drafts_pads", "drafts", "pads", ("tenant_id", "parent_id"), ("tenant_id", "id")
    ),
    "foreign key to another schema": CreateScopedForeignKeyOp(
        "fk_drafts_plans", "drafts", "control.plans", ("tenant_id", "parent_id"), ("tenant_id", "id")
    ),
    "foreign key from another schema": CreateScopedForeignKeyOp(
        "fk_plans_drafts", "control.plans", "drafts", ("tenant_id", "id"), ("tenant_id", "id")
    ),
    "foreign key that cascades": CreateScopedForeignKeyOp(
        "fk_drafts_drafts_id",
        "drafts",
        "drafts",
        ("tenant_id", "id"),
        ("tenant_id", "id"),
        ondelete="CASCADE",
    ),
    "view": CreateViewOp("short_drafts", "SELECT id, text FROM drafts WHERE text LIKE ':a%s'"),
    "index": CreateIndexAsOp(
        "idx_drafts_odd", None, "CREATE INDEX idx_drafts_odd ON drafts USING btree (text) WHERE text <> ':%s'"
    ),
    "partitions by month": CreateMonthlyPartitionsOp("events", 2),
    "renamed table": RenameScopedTableOp("drafts", "papers"),
    "renamed column": RenameScopedColumnOp("drafts", "text", "body"),
    "next version of a function": ReplaceFunctionOp("public.answer()", 2, 1, None),
    "next version of another owner's": ReplaceFunctionOp("public.question()", 2, 1, "directory"),
}
