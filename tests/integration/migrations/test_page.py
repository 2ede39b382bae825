"""README's model and the commands of docs/migrations.md: followed, they do what the pages say."""

from __future__ import annotations

import re

from tenantapp.settings.load import ROOT
from tests.integration.migrations.tree import Tree
from tests.support.blocks import blocks_in
from tests.support.howto import commands_of, ended, files_of, write
from tests.support.terminal import is_as_shown

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "migrations.md").read_text(encoding="utf-8")


def flask(tree: Tree, page: str, *beginnings: str) -> list[str]:
    """Run a page's `flask` commands that begin with one of some words; return what each says."""
    said = []
    for program, *words in commands_of(re.sub(r" +#.*", "", page)):
        if program == "flask" and " ".join(words).startswith(beginnings):
            said.append(ended(tree, program, "--app", "wsgi", *words))
    return said


def test_the_model_of_the_readme_is_migrated_as_the_page_shows(tree: Tree) -> None:
    write(tree, files_of(README))
    before = tree.revisions()
    assert len(flask(tree, README, "db migrate", "db upgrade")) == 2
    assert len(tree.revisions() - before) == 1

    (shown,) = [block.text for block in blocks_in(README, ROOT) if block.text.startswith("op.enable_rls")]
    joined = re.sub(r",?\n\s*\)", ")", re.sub(r"\(\n\s*", "(", tree.newest()))
    written = re.sub(r",\n\s*", ", ", joined)
    for line in shown.splitlines():
        assert is_as_shown(written, f"…{line}…"), (line, written)


def test_the_commands_of_the_migrations_page_do_what_it_says(tree: Tree) -> None:
    write(tree, files_of(README))
    # Joining branches: test_identity.py.
    first = PAGE.partition("Two branches")[0]
    said = flask(tree, first, "db migrate", "db upgrade", "db check", "db downgrade")
    assert len(said) == 4
    assert "No new upgrade operations detected" in said[2]
    assert tree.query("bootstrap", "SELECT to_regclass('public.notes')") == [(None,)]
    tree.flask_db("upgrade")

    (index,) = [block.text for block in blocks_in(PAGE, ROOT) if block.kind == "python"]
    upgrade, downgrade = re.findall(r"^def \w+\(\) -> None:\n((?:    .*\n?)+)", index, re.MULTILINE)
    tree.write(upgrade.rstrip(), downgrade.rstrip())
    assert len(flask(tree, PAGE, "db -x")) == 1
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_notes_tenant_id_text'::regclass"
    assert tree.query("bootstrap", valid) == [(True,)]
