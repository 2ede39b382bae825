"""An index that is built while rows are written: alone in its migration, begun anew where it failed."""

from __future__ import annotations

import pytest
from alembic.util import CommandError

from tenantapp.rls.operations import CreateIndexConcurrentlyOp
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree

INDEX = CreateIndexConcurrentlyOp("idx_customers_phone", "customers", ("tenant_id", "phone"))
_ARGUMENTS = '"idx_customers_phone", "customers", ["tenant_id", "phone"], unique=True'
UPGRADE = f"    op.create_index_concurrently({_ARGUMENTS})"
DOWNGRADE = f"    op.drop_index_concurrently({_ARGUMENTS})"
SAME_PHONES = """
    INSERT INTO customers (tenant_id, name, email, phone)
    SELECT t.id, n::text, n || '@c.example', '1' FROM tenants t, generate_series(1, 2) n
"""


def _is_valid(migrations: Migrations) -> list[bool]:
    return [
        row["valid"] for row in migrations.snapshot()["indexes"] if "idx_customers_phone" in row["definition"]
    ]


def test_an_index_that_failed_is_built_anew(tree: Tree) -> None:
    tree.database.as_superuser(
        "INSERT INTO tenants (id, subdomain, name) VALUES (gen_random_uuid(), 'con', 'Con')", SAME_PHONES
    )
    tree.write(UPGRADE, DOWNGRADE)
    said = tree.refused("upgrade")
    assert "idx_customers_phone" in said
    assert "op.create_index_concurrently(" in said
    assert _is_valid(tree.database) == [False]
    tree.database.as_superuser("UPDATE customers SET phone = name")
    tree.flask_db("upgrade")
    assert _is_valid(tree.database) == [True]
    tree.flask_db("downgrade")
    assert _is_valid(tree.database) == []


def test_an_index_that_is_there_stays(tree: Tree) -> None:
    before = max(tree.revisions())[:4]
    tree.write(UPGRADE, DOWNGRADE)
    tree.flask_db("upgrade")
    # As where the migration ended before its revision was noted.
    tree.flask_db("stamp", before)
    tree.flask_db("upgrade")
    assert _is_valid(tree.database) == [True]


def test_a_migration_that_wrote_before_is_refused(newest: Migrations) -> None:
    with newest.running() as running:
        running.execute("COMMENT ON TABLE customers IS 'written'")
        with pytest.raises(CommandError, match="a migration of its own"):
            running.invoke(INDEX)
    assert _is_valid(newest) == []


def test_another_index_of_the_same_name_is_refused(tree: Tree) -> None:
    tree.database.as_superuser("CREATE INDEX idx_customers_phone ON customers (tenant_id, phone)")
    tree.write(UPGRADE, DOWNGRADE)
    said = tree.refused("upgrade")
    assert "another index of the name idx_customers_phone" in said
    assert "(tenant_id, phone)" in said
    assert _is_valid(tree.database) == [True]
