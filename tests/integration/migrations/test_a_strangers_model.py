"""A stranger's models live their whole life by the documented commands; no file is edited but for renames."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantapp.rehearsal.snapshot import Snapshot, comparable, differences
from tests.integration.migrations.stranger.changes import CHANGED, RENAMED, changed, renaming
from tests.integration.migrations.tree import Tree
from tests.support.howto import CONFTEST, ended

FILES = Path(__file__).with_name("stranger")
FIRST = (FILES / "models.py").read_text(encoding="utf-8")
SECOND = changed(FIRST, CHANGED)
THIRD = changed(SECOND, RENAMED)
START = "0005"
ROWS = {
    "artists": [("Label", None), ("The A's", "One: 100%")],
    "tracks": [("a", 100, "LOUD"), ("b", 50, "CALM")],
    "plays": [("radio",), (None,)],
}
READ = {
    "artists": "SELECT name, {title} FROM artists a LEFT JOIN albums b ON b.id = lead_album_id ORDER BY 1",
    "tracks": "SELECT title, seconds, mood FROM {tracks} ORDER BY {order}",
    "plays": "SELECT device FROM {plays} ORDER BY 1",
}
NAMES = {"title": "title", "tracks": "tracks", "order": '"order"', "plays": "plays"}
NEW_NAMES = {"title": "heading", "tracks": "songs", "order": "position", "plays": "listens"}


def declare(tree: Tree, models: str | None) -> None:
    """Write the models, or take them away."""
    package = tree.root / "tenantapp" / "resources" / "music"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    (package / "models.py").write_text(models or "", encoding="utf-8")


def flask(tree: Tree, *command: str) -> str:
    """Run a command that succeeds."""
    return ended(tree, "flask", "--app", "wsgi", *command)


def migrated(tree: Tree, models: str | None) -> Snapshot:
    """Declare models, generate their migration, run it, and have everything look at it."""
    declare(tree, models)
    before = tree.revisions()
    tree.flask_db("migrate", "-m", "Something else")
    assert len(tree.revisions() - before) == 1
    tree.flask_db("upgrade")
    return looked_at(tree)


def looked_at(tree: Tree) -> Snapshot:
    """Return the schema, which is what the models say, and isolates."""
    assert "No new upgrade operations" in tree.flask_db("check")
    assert "0 errors, 0 warnings" in flask(tree, "rls", "audit")
    return comparable(tree.database.snapshot())


def make_partitions(tree: Tree, table: str) -> str:
    """Make those of the next months that are missing, and return what is said."""
    return flask(tree, "partitions", "create", table, "--months", "2")


def attack(tree: Tree) -> None:
    """Require every attack on every table to be held."""
    assert "0 not probed, 0 LEAK" in flask(tree, "rls", "probe")


def require_rows(tree: Tree, names: dict[str, str]) -> None:
    """Require the rows to be what they were."""
    for name, query in READ.items():
        assert tree.query("bootstrap", query.format(**names)) == ROWS[name]


@pytest.mark.slow
def test_its_whole_life(tree: Tree) -> None:
    before = comparable(tree.database.snapshot())
    migrated(tree, FIRST)
    make_partitions(tree, "plays")
    (tree.root / "conftest.py").write_text(CONFTEST)
    (tree.root / "test_rows.py").write_text((FILES / "rows.py").read_text(encoding="utf-8"))
    ended(tree, "pytest", "-q", "-p", "no:cacheprovider", "test_rows.py")
    require_rows(tree, NAMES)
    attack(tree)
    first = looked_at(tree)

    second = migrated(tree, SECOND)
    require_rows(tree, NAMES)

    tree.flask_db("revision", "-m", "Rename")
    file = tree.root / "migrations" / "versions" / max(tree.revisions())
    for written in renaming():
        file.write_text(file.read_text().replace("    pass", written, 1))
    tree.flask_db("upgrade")
    declare(tree, THIRD)
    assert "no partition is missing" in make_partitions(tree, "listens")
    looked_at(tree)
    attack(tree)
    require_rows(tree, NEW_NAMES)

    tree.flask_db("downgrade")
    require_rows(tree, NAMES)
    assert differences(comparable(tree.database.snapshot()), second) == []
    tree.flask_db("downgrade")
    assert differences(comparable(tree.database.snapshot()), first) == []
    tree.flask_db("upgrade")
    looked_at(tree)

    # Everything goes, and comes back empty; that migration is withdrawn.
    assert differences(migrated(tree, None), before) == []
    tree.flask_db("downgrade")
    (tree.root / "migrations" / "versions" / max(tree.revisions())).unlink()
    declare(tree, THIRD)
    looked_at(tree)

    tree.flask_db("downgrade", START)
    assert differences(comparable(tree.database.snapshot()), before) == []
    tree.flask_db("downgrade", "base")
    tree.flask_db("upgrade")
    looked_at(tree)
