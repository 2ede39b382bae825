"""A function changes by a further version of its file; what was there comes back by its downgrade."""

from __future__ import annotations

import re

import pytest

from tests.integration.migrations.tree import Tree

pytestmark = pytest.mark.slow


def next_version(tree: Tree, name: str, signature: str, old: str, new: str) -> str:
    """Write the next version of a function's file, declare it, and return how an operation says so."""
    declared = tree.root / "tenantapp" / "models" / "functions.py"
    source = declared.read_text()
    match = re.search(rf'Function\("{re.escape(signature)}", (\d+)', source)
    assert match
    previous, version = int(match[1]), int(match[1]) + 1
    declared.write_text(f"{source[: match.start(1)]}{version}{source[match.end(1) :]}")
    functions = tree.root / "sql" / "functions"
    text = (functions / f"{name}_v{previous:02}.sql").read_text()
    assert old in text
    (functions / f"{name}_v{version:02}.sql").write_text(text.replace(old, new))
    return f"version={version}, previous={previous}"


def test_a_further_version_replaces_a_function_and_the_downgrade_puts_the_first_back(tree: Tree) -> None:
    before = tree.database.snapshot()
    bind = next_version(tree, "bind", "tenancy.bind(text)", "RETURN (SELECT", "RETURN (SELECT '%:v2 ' ||")
    find = next_version(tree, "find_tenant", "tenancy.find_tenant(text)", "= wanted", "= lower(wanted)")
    written = tree.migrate()
    assert f'op.replace_function("tenancy.bind(text)", {bind})' in written
    assert f'{find}, owner="directory"' in written

    after = tree.upgraded()
    tree.flask_db("check")
    changed = {row["name"]: row for row in after["functions"]}
    for row in before["functions"]:
        again = changed[row["name"]]
        assert (again["owner"], again["acl"]) == (row["owner"], row["acl"])
        is_changed = row["name"] in ("tenancy.bind(text)", "tenancy.find_tenant(text)")
        assert (again["definition"] != row["definition"]) == is_changed
    assert tree.query("app", "SELECT * FROM tenancy.find_tenant('NOBODY')") == []

    assert tree.downgraded() == before
    assert tree.upgraded() == after


def test_a_function_that_others_depend_on_is_replaced_as_the_guide_says(tree: Tree) -> None:
    """The function that depends on it stands aside for the moment, in a version that depends on nothing."""
    before = tree.database.snapshot()
    change = next_version(
        tree, "verified_context", "tenancy.verified_context()", "no tenant context in", "none in"
    )
    (tree.root / "sql" / "functions" / "current_context_v02.sql").write_text(
        "CREATE FUNCTION tenancy.current_context() RETURNS text[] LANGUAGE plpgsql STABLE "
        "PARALLEL RESTRICTED AS 'BEGIN RETURN tenancy.verified_context(); END'"
    )
    aside = '    op.replace_function("tenancy.current_context()", version=2, previous=1)\n'
    back = '    op.replace_function("tenancy.current_context()", version=1, previous=2)'
    verified = '    op.replace_function("tenancy.verified_context()", {}, owner="sealer")\n'
    tree.write(
        aside + verified.format(change) + back,
        aside + verified.format("version=1, previous=2") + back,
    )
    after = tree.upgraded()
    changed = [
        new["name"] for old, new in zip(before["functions"], after["functions"], strict=True) if old != new
    ]
    assert changed == ["tenancy.verified_context()"]
    tree.flask_db("check")
    assert tree.downgraded() == before
