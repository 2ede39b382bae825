"""What is generated is rehearsed before it is written; what does not pass is not written."""

from __future__ import annotations

from tests.integration.migrations.tree import Tree

MODEL = """
class Note(Resource):
    __tablename__ = "notes"
    text: Mapped[str] = columns.required_text(200)
"""
# The type of what is there cannot become the other without being told how.
BEFORE = MODEL + "    size: Mapped[str | None] = columns.optional_text(20)\n"
AFTER = MODEL + "    size: Mapped[int | None] = mapped_column()\n"


def test_a_migration_that_does_not_run_is_not_written(tree: Tree) -> None:
    tree.declare(BEFORE)
    tree.migrate()
    tree.flask_db("upgrade")
    before = tree.revisions()
    tree.declare(AFTER)
    said = tree.refused("migrate", "-m", "Count")
    assert "not written" in said
    assert "postgresql_using" in said
    assert "-x no-verify" in said
    assert tree.revisions() == before
    tree.flask_db("migrate", "-m", "Count", "-x", "no-verify")
    assert len(tree.revisions() - before) == 1


def test_what_is_on_one_server_alone_is_found(tree: Tree) -> None:
    tree.database.as_superuser("CREATE INDEX idx_customers_by_hand ON customers (tenant_id, phone)")
    before = tree.revisions()
    said = tree.refused("migrate", "-m", "Drop it")
    assert "idx_customers_by_hand" in said
    assert tree.revisions() == before


def test_without_a_scratch_server_nothing_is_written(tree: Tree) -> None:
    tree.declare(MODEL)
    before = tree.revisions()
    code, said = tree.database.run(
        "migrate", "-m", "Notes", SCRATCH_DATABASE_URL="postgresql://a@127.0.0.1:1/x"
    )
    assert code == 1
    assert "SCRATCH_DATABASE_URL" in said
    assert "Traceback" not in said
    assert tree.revisions() == before


def test_nothing_of_a_rehearsal_is_left(tree: Tree) -> None:
    tree.declare(MODEL)
    tree.migrate()
    left = tree.query("bootstrap", "SELECT datname FROM pg_database WHERE datname LIKE 'scratch_%'")
    left += tree.query("bootstrap", "SELECT rolname FROM pg_roles WHERE rolname LIKE 'scratch_%'")
    assert left == []
