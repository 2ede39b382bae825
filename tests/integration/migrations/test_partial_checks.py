"""A check that holds for some rows alone is repaired by a migration, and comes back as it was."""

from __future__ import annotations

import pytest

from tenantapp.rehearsal.snapshot import comparable, differences
from tests.integration.migrations.tree import Tree

pytestmark = pytest.mark.slow

MODEL = """
class Note(Resource):
    __tablename__ = "notes"
    kind: Mapped[str] = columns.enumeration(("a", "it's :b", "100%"))
"""


@pytest.mark.parametrize("kind", ["NOT VALID", "NO INHERIT", "NO INHERIT NOT VALID"])
def test_a_check_for_some_rows_comes_back_for_some_rows(tree: Tree, kind: str) -> None:
    tree.declare(MODEL)
    tree.migrate()
    tree.flask_db("upgrade")
    tree.database.as_superuser(
        "ALTER TABLE notes DROP CONSTRAINT chk_notes_kind",
        f"ALTER TABLE notes ADD CONSTRAINT chk_notes_kind CHECK (kind IN ('a', 'it''s :b', '100%')) {kind}",
    )
    before = comparable(tree.database.snapshot())
    tree.migrate()
    tree.upgraded()
    tree.flask_db("check")
    assert differences(comparable(tree.downgraded()), before) == []
