"""What a generated migration would stop or endanger is said, a sentence an operation."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import MigrateOperation
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    CreatePrimaryKeyOp,
    CreateTableOp,
    CreateUniqueConstraintOp,
    DropColumnOp,
    DropIndexOp,
    DropTableOp,
    ModifyTableOps,
    UpgradeOps,
)

from tenantapp.rls.hazards import hazards
from tenantapp.rls.operations import CreateScopedForeignKeyOp, EnableRlsOp, GrantOp
from tests.integration.migrations.tree import Tree


def column(**options: Any) -> AddColumnOp:
    return AddColumnOp("notes", sa.Column("size", sa.Text, **options))


HAZARDS: dict[str, MigrateOperation] = {
    "add_column notes.size: NOT NULL without a default fails on rows": column(nullable=False),
    "add_column notes.size: a value for each row rewrites the table": column(
        server_default=sa.func.gen_random_uuid()
    ),
    "alter_column notes.size: another type may rewrite the table": AlterColumnOp(
        "notes", "size", modify_type=sa.BigInteger()
    ),
    "alter_column notes.size: SET NOT NULL reads the table under lock": AlterColumnOp(
        "notes", "size", modify_nullable=False
    ),
    "drop_column notes.size: the running release must not use it any more": DropColumnOp("notes", "size"),
    "create_index idx_notes_size: stops writes to notes while it is built": CreateIndexOp(
        "idx_notes_size", "notes", ["size"]
    ),
    "chk_notes_size: is checked against all of notes under lock": CreateCheckConstraintOp(
        "chk_notes_size", "notes", "size > ''"
    ),
    "uniq_notes_size: is checked against all of notes under lock": CreateUniqueConstraintOp(
        "uniq_notes_size", "notes", ["size"]
    ),
    "notes_pkey: is checked against all of notes under lock": CreatePrimaryKeyOp(
        "notes_pkey", "notes", ["tenant_id", "id"]
    ),
    "fk_notes_databases: is checked against all of notes under lock": CreateForeignKeyOp(
        "fk_notes_databases", "notes", "databases", ["database_id"], ["id"]
    ),
    "fk_notes_books: is checked against all of notes under lock on it and books": CreateScopedForeignKeyOp(
        "fk_notes_books", "notes", "books", ("tenant_id", "book_id"), ("tenant_id", "id")
    ),
    "drop_table notes: the running release must not use it any more": DropTableOp("notes"),
}
HARMLESS: dict[str, MigrateOperation] = {
    "a nullable column": column(),
    "a column with a value for all": column(nullable=False, server_default="x"),
    "a column with the time of the migration": column(server_default=sa.func.now()),
    "a column that may be empty from now on": AlterColumnOp("notes", "size", modify_nullable=True),
    "another default": AlterColumnOp("notes", "size", modify_server_default="y"),
    "an index beside the traffic": CreateIndexOp(
        "idx_notes_size", "notes", ["size"], postgresql_concurrently=True
    ),
    "an index less": DropIndexOp("idx_notes_size", "notes"),
    "policies": EnableRlsOp("notes"),
    "grants": GrantOp(("SELECT",), "TABLE notes", "app"),
}
NEW = CreateTableOp("notes", [sa.Column("size", sa.Text)])


@pytest.mark.parametrize(("sentence", "operation"), HAZARDS.items(), ids=HAZARDS)
def test_it_is_said_that(sentence: str, operation: MigrateOperation) -> None:
    (said,) = hazards(UpgradeOps([operation]))
    assert said.startswith(sentence)
    assert hazards(UpgradeOps([ModifyTableOps("notes", [operation])])) == [said]


@pytest.mark.parametrize("operation", HARMLESS.values(), ids=HARMLESS)
def test_nothing_is_said_of(operation: MigrateOperation) -> None:
    assert hazards(UpgradeOps([operation])) == []


@pytest.mark.parametrize(
    "sentence", [s for s in HAZARDS if s.startswith(("create_index", "chk", "uniq", "fk_notes_books"))]
)
def test_nothing_is_said_of_a_table_that_is_new(sentence: str) -> None:
    assert hazards(UpgradeOps([NEW, HAZARDS[sentence]])) == []


def test_the_command_prints_what_it_says(tree: Tree) -> None:
    status = '            Index(None, "tenant_id", "status"),\n'
    tree.change(
        "tenantapp/resources/customers/models.py", status, f"{status}{status.replace('status', 'phone')}"
    )
    said = tree.flask_db("migrate", "-m", "Find customers by phone")
    assert "warning: create_index idx_customers_tenant_id_phone: stops writes to customers" in said
    assert "Expand, migrate, contract" in tree.newest()
