"""A migration that fails says in one line which, where, why and what to do; nothing of it is left."""

from __future__ import annotations

import pytest

from tests.integration.migrations.tree import Tree

pytestmark = pytest.mark.slow

ROWS = (
    "INSERT INTO tenants (id, subdomain, name) VALUES (gen_random_uuid(), 'fail', 'Fail')",
    "INSERT INTO customers (tenant_id, name, email, phone) SELECT id, 'Ada', 'a@c.example', 'x' FROM tenants",
)
FAILURES = {
    'op.alter_column("customers", "company", nullable=False)': (
        "company",
        "customers",
        "fill the column first",
    ),
    'op.create_check_constraint("ck", "customers", "name = \'Bea\'")': ("ck", "customers", "change the rows"),
    'op.alter_column("customers", "phone", type_=sa.Integer())': ("phone", "postgresql_using"),
    'op.alter_column("customers", "company", type_=sa.Text())': ("generated column", "take that away first"),
    'op.alter_column("customers", "phone", type_=sa.Integer(), postgresql_using="phone::int")': (
        "invalid input syntax",
        "postgresql_using",
    ),
    'op.execute("CREATE ROLE somebody")': ("permission denied", "a superuser"),
    'op.drop_column("customers", "nothing")': ("nothing", "customers", "made by hand"),
    'op.create_table("customers")': ("customers", "already exists", "flask db stamp"),
    'op.drop_table("tenants")': ("tenants", "depends on it"),
    '{}["nothing"]': ("nothing", "-x traceback"),
    'op.create_index("i", "customers", ["nothing"])': ("nothing", "made by hand"),
}


@pytest.mark.parametrize("operation", FAILURES)
def test_a_failure_is_one_line(tree: Tree, operation: str) -> None:
    tree.database.as_superuser(*ROWS)
    before = tree.database.snapshot()
    tree.write(f"    {operation}", "    pass")
    tree.change(
        f"migrations/versions/{max(tree.revisions())}",
        "from alembic import op",
        "import sqlalchemy as sa\nfrom alembic import op",
    )
    said = tree.refused("upgrade")
    for word in (*FAILURES[operation], max(tree.revisions()), operation[:60]):
        assert word in said
    assert said.strip().count("\n") == 0
    assert tree.database.snapshot() == before


@pytest.mark.parametrize("option", ["attempts=abc", "attempts=0", "pause=-1", "colour=red"])
def test_an_option_that_says_nothing_is_refused(tree: Tree, option: str) -> None:
    assert f"-x {option.partition('=')[0]}: expected" in tree.refused("-x", option, "upgrade")


def test_all_that_is_known_is_told_where_it_is_asked_for(tree: Tree) -> None:
    tree.write('    op.drop_table("tenants")', "    pass")
    code, said = tree.database.run("-x", "traceback", "upgrade")
    assert code == 1
    assert "Traceback" in said
    assert "DependentObjectsStillExist" in said


def test_no_value_of_a_row_is_told(tree: Tree) -> None:
    """The server quotes the value that does not fit: it is a tenant's."""
    tree.database.as_superuser(*ROWS, "UPDATE customers SET phone = 'secret \"17\" here'")
    tree.write(
        '    op.execute("ALTER TABLE customers ALTER phone TYPE integer USING phone::integer")', "    pass"
    )
    said = tree.refused("upgrade")
    assert "invalid input syntax for type integer" in said
    assert "secret" not in said
    assert "17" not in said


def test_a_lost_session_is_told_in_a_line(tree: Tree) -> None:
    tree.write("    op.get_bind().connection.driver_connection.close()", "    pass")
    assert "the connection is closed" in tree.refused("upgrade")
