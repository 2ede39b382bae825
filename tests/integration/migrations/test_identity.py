"""Which migration is which: no two are one revision, and branches are joined by a documented way."""

from __future__ import annotations

import shutil

import pytest

from tests.integration.migrations.tree import Tree

ALPHAS = """
class Alpha(Resource):
    __tablename__ = "alphas"
    text: Mapped[str] = columns.required_text(200)
"""
BETAS = ALPHAS.replace("Alpha", "Beta").replace("alphas", "betas")


def test_two_files_of_one_revision_are_refused_by_their_names(tree: Tree) -> None:
    versions = tree.root / "migrations" / "versions"
    newest = versions / max(tree.revisions())
    shutil.copy(newest, versions / f"{newest.name[:4]}_again.py")
    for command in ("upgrade", "check"):
        said = tree.refused(command)
        assert newest.name in said
        assert f"{newest.name[:4]}_again.py" in said


@pytest.mark.slow
def test_branches_are_joined(tree: Tree) -> None:
    tree.declare(ALPHAS)
    tree.migrate()
    (alphas,) = [name for name in tree.revisions() if "something_else" in name]
    versions = tree.root / "migrations" / "versions"
    text = (versions / alphas).read_text()
    # On the other branch nobody knew of it.
    (versions / alphas).unlink()
    tree.declare(BETAS)
    tree.migrate()
    (versions / alphas).write_text(text)
    assert len({name[:4] for name in tree.revisions() if "something_else" in name}) == 1
    said = tree.refused("upgrade")
    assert "heads" in said
    tree.flask_db("merge", "heads", "-m", "Join both")
    tree.declare(ALPHAS + BETAS)
    tree.flask_db("upgrade")
    tree.flask_db("check")


def test_a_migration_by_hand_is_numbered_and_runs(tree: Tree) -> None:
    before = tree.revisions()
    tree.flask_db("revision", "-m", "Fill in")
    (new,) = tree.revisions() - before
    assert int(new[:4]) == int(max(before)[:4]) + 1
    fill_in = "    op.for_each_tenant(\"UPDATE customers SET notes = '100% at 10:30'\")"
    tree.change(f"migrations/versions/{new}", "    pass", fill_in)
    tree.flask_db("upgrade")
    tree.flask_db("check")
