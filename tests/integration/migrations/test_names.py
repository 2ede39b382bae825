"""Names as PostgreSQL has them, against the rules that DESIGN.md gives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.support import catalog
from tests.support.databases import Server

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
# A directory is the collection itself; Alembic's table has Alembic's names.
SINGULAR = {"directory"}
NOT_OURS = "alembic_version"


@pytest.fixture
def connection(server: Server, template: str) -> Iterator[Connection]:
    address = server.address("owner", template)
    with sa.create_engine(address, poolclass=sa.pool.NullPool).connect() as connection:
        yield connection


def test_tables_are_plural_nouns_and_columns_words_in_snake_case(connection: Connection) -> None:
    for row in catalog.columns(connection):
        assert SNAKE_CASE.match(row.name), row
        if row.table != NOT_OURS:
            assert SNAKE_CASE.match(row.table), row
            assert row.table.endswith("s") or row.table in SINGULAR, row


def test_points_in_time_end_in_at_and_know_their_zone(connection: Connection) -> None:
    for row in catalog.columns(connection):
        is_time = row.type.startswith("timestamp")
        assert row.name.endswith("_at") == is_time, row
        assert not is_time or row.type == "timestamp with time zone", row


def test_identifiers_are_uuids_named_after_what_they_identify(connection: Connection) -> None:
    for row in catalog.columns(connection):
        if row.name == "id" or row.name.endswith("_id"):
            assert row.type == "uuid", row
    for key in _foreign_keys(connection):
        for column in key.columns:
            singulars = {key.referred_table.removesuffix("s"), re.sub("ies$", "y", key.referred_table)}
            # A user is referred to by the part that is played: an owner, an assignee.
            parts = ("",) if key.referred_table == "users" else singulars
            assert column == "tenant_id" or any(column.endswith(f"{name}_id") for name in parts), key


def test_every_table_knows_when_its_rows_were_made_and_written(connection: Connection) -> None:
    columns = {(row.table, row.name) for row in catalog.columns(connection)}
    for table in {table for table, _ in columns} - {NOT_OURS}:
        assert {(table, "created_at"), (table, "updated_at")} <= columns


def test_indexes_are_named_after_table_and_columns(connection: Connection) -> None:
    for row in catalog.indexes(connection):
        if row.table == NOT_OURS:
            continue
        kind = "uniq" if row.unique else "idx"
        # An expression goes by the column that it is of.
        of = [re.sub(r"COALESCE\((\w+), .*\)", r"\1", column) for column in row.columns]
        expected = f"{row.table}_pkey" if row.primary else "_".join([kind, row.table, *of])
        assert row.name == expected[:63], row


def test_foreign_keys_are_named_after_both_tables(connection: Connection) -> None:
    keys = _foreign_keys(connection)
    targets = Counter((key.table, key.referred_table) for key in keys)
    for key in keys:
        name = f"fk_{key.table}_{key.referred_table}"
        if targets[key.table, key.referred_table] > 1:
            name += f"_{next(column for column in key.columns if column != 'tenant_id')}"
        assert key.name == name, key


def test_checks_are_named_after_table_and_condition(connection: Connection) -> None:
    checks = catalog.facts(connection, _CHECKS)
    assert checks
    for row in checks:
        condition = row.name.removeprefix(f"chk_{row.table}_")
        assert condition != row.name, row
        assert SNAKE_CASE.match(condition), row


_CHECKS = """
    SELECT k.conname AS name, c.relname AS table FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'c' AND k.connamespace = ANY ('{public,control,tenancy}'::regnamespace[])
"""


def test_policies_are_named_after_their_table(connection: Connection) -> None:
    policies = catalog.policies(connection)
    assert policies
    for row in policies:
        suffix = "isolation" if row.permissive else "fence"
        assert row.name == f"{row.table}_tenant_{suffix}", row


def _foreign_keys(connection: Connection) -> list[sa.RowMapping]:
    found = list(catalog.foreign_keys(connection))
    assert found
    return found
