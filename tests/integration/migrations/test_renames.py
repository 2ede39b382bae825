"""What is renamed is renamed in every name that it stands in, and the models can follow."""

from __future__ import annotations

import sqlalchemy as sa

from tests.integration.migrations import test_names
from tests.integration.migrations.tree import Tree
from tests.isolation.tables import scoped_tables

MODELS = """
class Note(SoftDeletable, Resource):
    __tablename__ = "notes"

    title: Mapped[str] = columns.required_text(100)
    subtitle: Mapped[str | None] = columns.optional_text(100)
    customer_id: Mapped[UUID]

    @classmethod
    def scoped_args(cls):
        return (
            ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
            CheckConstraint("title <> ''", name="title"),
            UniqueConstraint("tenant_id", "title"),
            Index(None, "tenant_id", "subtitle", "title"),
            Index(None, "tenant_id", "customer_id"),
        )


class Line(Resource):
    __tablename__ = "lines"

    note_id: Mapped[UUID]

    @classmethod
    def scoped_args(cls):
        return (ForeignKeyConstraint(["tenant_id", "note_id"], ["notes.tenant_id", "notes.id"]),)
"""
RENAMED = {'"notes"': '"memos"', '"notes.': '"memos.', "note_id": "memo_id", "    title": "    heading"}
RENAMED |= {'"title': '"heading', "Note(": "Memo("}


def test_a_renamed_table_and_column_are_what_the_models_say_once_they_follow(tree: Tree) -> None:
    tree.declare(MODELS)
    tree.migrate()
    before = tree.upgraded()
    tree.write(
        '    op.rename_scoped_table("notes", "memos")\n'
        '    op.rename_scoped_column("memos", "title", "heading")\n'
        '    op.rename_scoped_column("lines", "note_id", "memo_id")',
        '    op.rename_scoped_column("lines", "memo_id", "note_id")\n'
        '    op.rename_scoped_column("memos", "heading", "title")\n'
        '    op.rename_scoped_table("memos", "notes")',
    )
    after = tree.upgraded()
    models = MODELS
    for old, new in RENAMED.items():
        models = models.replace(old, new)
    tree.declare(models)
    tree.flask_db("check")

    with tree.database.owner.connect() as connection:
        for name, conventional in vars(test_names).items():
            if name.startswith("test_"):
                conventional(connection)
    called = [row for rows in after.values() for row in rows if "notes" in str(row.get("name"))]
    # Others have notes too: a column of that name.
    assert {row["relation"] for row in called} == {
        table.name for table in scoped_tables() if "notes" in table.c
    }
    assert tree.downgraded() == before


def test_a_table_without_rows_to_see_is_renamed_too(tree: Tree) -> None:
    with tree.database.running() as op:
        op.rename_scoped_table("customers", "clients")  # type: ignore[attr-defined]
        found = op.get_bind().scalars(sa.text("SELECT polname FROM pg_policy")).all()
    assert {"clients_tenant_isolation", "clients_tenant_fence"} <= set(found)
