"""Any text in any place where a model takes text comes back from the catalog as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.operations.ops import DowngradeOps, MigrateOperation, UpgradeOps
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped

from tenantapp.models import columns
from tenantapp.models.base import Base
from tenantapp.models.declarations import DECLARES
from tenantapp.models.sql_text import escaped, literal
from tenantapp.rls.difference import structure
from tenantapp.rls.implementation import render_item
from tenantapp.rls.operations import CreatePolicyOp, DropPolicyOp
from tests.integration.migrations.database import Migrations
from tests.support.databases import Server

pytestmark = pytest.mark.slow

LONGEST = 40
EXAMPLES = 60
ODD = (
    "'",
    "''",
    '"',
    "%",
    "%%",
    "%s",
    "%(name)s",
    ":",
    "::",
    ":name",
    "\\:",
    "\\",
    "\\\\",
    "\\'",
    "{",
    "}",
    "{0}",
)
OTHERS = (
    "$1",
    "$$",
    "--",
    "/*",
    "*/",
    ";",
    ",",
    "(",
    ")",
    "[",
    "]",
    "#",
    "\n",
    "\t",
    "\r",
    "E'",
    "U&'",
    " ",
    "\u2028",
)
WORDY = ("select", "order", "desc", "null", "DEFAULT", "now()", "it's", "a", "ß", "é", "𐍈", "名")
PIECES = st.sampled_from((*ODD, *OTHERS, *WORDY))
CHARACTERS = st.characters(min_codepoint=1, exclude_categories=["Cs"])
TEXTS = st.lists(PIECES | CHARACTERS, min_size=1, max_size=LONGEST).map(
    lambda parts: "".join(parts)[:LONGEST]
)
WORDS = st.lists(TEXTS, min_size=1, max_size=3, unique=True)
_LITERAL = re.compile(r"(E?)'((?:[^']|'')*)'")
_CATALOG = sa.text(r"""
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid = 'texts'::regclass AND contype = 'c'
    UNION ALL
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid = 'texts'::regclass AND NOT indisprimary
    UNION ALL
    SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef
      JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'texts'::regclass
    UNION ALL
    SELECT polname || ' using', pg_get_expr(polqual, polrelid) FROM pg_policy
     WHERE polrelid = 'texts'::regclass
    UNION ALL
    SELECT polname || ' check', pg_get_expr(polwithcheck, polrelid) FROM pg_policy
     WHERE polrelid = 'texts'::regclass
""")
_COMMENTS = sa.text(
    "SELECT obj_description('texts'::regclass), col_description('texts'::regclass, attnum) FROM pg_attribute "
    "WHERE attrelid = 'texts'::regclass AND attname = 'kind'"
)

# Our comparisons of one table, without that of all models with the whole database.
_PLUGIN = Plugin("tests.texts")
_PLUGIN.add_autogenerate_comparator(structure.compare_column, "column", priority=DispatchPriority.LAST)
_PLUGIN.add_autogenerate_comparator(structure.compare_table, "table", priority=DispatchPriority.LAST)


@pytest.fixture(scope="module")
def connection(server: Server, shared_database: str) -> Iterator[sa.Connection]:
    """The owner's, of which nothing stays."""
    with Migrations(server, shared_database).owner.connect() as connection:
        yield connection


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(before=WORDS, after=WORDS)
@example(before=["100%"], after=["it's 10%: so"])
@example(before=["\\:x", "a\\b"], after=["::", "%(name)s"])
def test_a_text_is_kept_as_it_was_written(
    connection: sa.Connection, before: list[str], after: list[str]
) -> None:
    savepoint = connection.begin_nested()
    try:
        created = _changes(connection, before, _policy(before[0]))
        _run(connection, created)
        _require_kept(connection, before)
        assert _found(connection, before) == []
        changed = _changes(connection, after, DropPolicyOp(_policy(before[0])), _policy(after[0]))
        _run(connection, changed)
        _require_kept(connection, after)
        _run(connection, changed.reverse())
        _require_kept(connection, before)
        dropped = UpgradeOps(ops=[DropPolicyOp(_policy(before[0])), *_found(connection, ())])
        _run(connection, dropped)
        assert not sa.inspect(connection).has_table("texts")
        _run(connection, dropped.reverse())
        _require_kept(connection, before)
        assert _found(connection, before) == []
        _run(connection, created.reverse())
        assert not sa.inspect(connection).has_table("texts")
    finally:
        savepoint.rollback()


def _declared(words: Sequence[str]) -> sa.MetaData:
    """Return a table with the words where it takes several, the first where it takes one; none of none."""
    metadata = sa.MetaData(naming_convention=Base.metadata.naming_convention)
    if not words:
        return metadata
    differs = f"body <> {literal(words[0])}"
    kind = _named("kind", columns.enumeration(words, words[0]))
    kind.comment = words[0]
    sa.Table(
        "texts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text),
        kind,
        kind.info[DECLARES]("kind"),
        _named("kinds", columns.words()),
        columns.some_of("kinds", words),
        _named("differs", columns.whether(differs, words=("a", "b"))),
        sa.Index("idx_texts_some", "body", postgresql_where=sa.text(escaped(differs))),
        sa.Index("idx_texts_with", sa.text(escaped(f"(body || {literal(words[0])})"))),
        comment=words[0],
    )
    return metadata


def _named(name: str, declared: Mapped[Any]) -> sa.Column[Any]:
    column: sa.Column[Any] = declared.column  # type: ignore[attr-defined]  # Mapped hides its column
    column.name = column.key = name
    return column


def _policy(word: str) -> CreatePolicyOp:
    return CreatePolicyOp("odd", "texts", f"body <> {literal(word)}", f"body || {literal(word)} <> ''")


def _context(connection: sa.Connection, metadata: sa.MetaData) -> MigrationContext:
    options = {
        "target_metadata": metadata,
        "include_name": lambda name, kind, _: kind != "table" or name == "texts",
        "autogenerate_plugins": ["alembic.autogenerate.*", "~alembic.autogenerate.defaults", "tests.texts"],
        "render_item": render_item,
    }
    return MigrationContext.configure(connection, opts=options)


def _found(connection: sa.Connection, words: Sequence[str]) -> list[MigrateOperation]:
    metadata = _declared(words)
    upgrade_ops = produce_migrations(_context(connection, metadata), metadata).upgrade_ops
    assert upgrade_ops is not None
    return list(upgrade_ops.ops)


def _changes(connection: sa.Connection, words: Sequence[str], *policies: MigrateOperation) -> UpgradeOps:
    """Return what leads to the words: the last policy is created, one before it is dropped."""
    *dropped, created = policies
    return UpgradeOps(ops=[*dropped, *_found(connection, words), created])


def _run(connection: sa.Connection, operations: UpgradeOps | DowngradeOps) -> None:
    """Run operations as the text of a migration."""
    context = MigrationContext.configure(connection)
    text = render_python_code(operations, render_item=render_item, migration_context=context)
    names = {"op": Operations(context), "sa": sa, "postgresql": postgresql, "Text": sa.Text}
    exec(f"def migrate():\n    {text}\nmigrate()", names)  # noqa: S102 - it is what is tested


def _require_kept(connection: sa.Connection, words: Sequence[str]) -> None:
    """Hold the catalog to have the words in every place, and no other."""
    found = {
        name: {_said(*each) for each in _LITERAL.findall(sql)} for name, sql in connection.execute(_CATALOG)
    }
    several, first = set(words), {words[0]}
    assert found == {
        "chk_texts_kind": several,
        "chk_texts_kinds": several,
        "kind": first,
        "differs": first,
        "idx_texts_some": first,
        "idx_texts_with": first,
        "odd using": first,
        "odd check": first | {""},
    }
    assert set(connection.execute(_COMMENTS).one()) == first


def _said(escapes: str, body: str) -> str:
    word = body.replace("''", "'")
    return word.replace("\\\\", "\\") if escapes else word
