"""What migrations do to rows: foreign keys check them all, statements change them tenant by tenant."""

from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa

from tenantapp.rls.operations import CreateScopedForeignKeyOp, ForEachTenantOp
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree

A, B, SUSPENDED = (str(uuid4()) for _ in range(3))
TENANTS = f"""
    INSERT INTO tenants (id, name, subdomain, status) VALUES
        ('{A}', 'A', 'a', 'active'), ('{B}', 'B', 'b', 'active'), ('{SUSPENDED}', 'S', 's', 'suspended')
"""
CUSTOMERS = """
    INSERT INTO customers (tenant_id, name, email) SELECT id, name, lower(name) || '@x.example' FROM tenants
"""
NOTES = """
    INSERT INTO notes (tenant_id, customer_id) SELECT tenant_id, id FROM customers
"""
NOTE = """
class Note(Resource):
    __tablename__ = "notes"

    customer_id: Mapped[UUID]
"""
KEY = """
    @classmethod
    def scoped_args(cls):
        return (ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),)
"""


@pytest.mark.slow
def test_a_foreign_key_that_is_added_later_checks_the_rows_that_are_there(tree: Tree) -> None:
    database = tree.database
    tree.declare(NOTE)
    tree.migrate()
    before = tree.upgraded()
    revision = "SELECT version_num FROM alembic_version"
    revision_before = tree.query("owner", revision)
    elsewhere = f"(SELECT id FROM customers WHERE tenant_id = '{A}')"
    database.as_superuser(
        TENANTS,
        CUSTOMERS,
        NOTES,
        f"INSERT INTO notes (tenant_id, customer_id) SELECT '{B}', id FROM {elsewhere} AS another_tenants",
    )
    tree.declare(NOTE + KEY)
    assert "op.create_scoped_foreign_key(" in tree.migrate()

    code, said = database.run("upgrade")
    assert code == 1
    assert "fk_notes_customers" in said
    assert database.snapshot() == before
    assert tree.query("owner", revision) == revision_before

    database.as_superuser(f"DELETE FROM notes WHERE tenant_id = '{B}' AND customer_id IN {elsewhere}")
    after = tree.upgraded()
    (key,) = [row for row in after["constraints"] if row["name"] == "fk_notes_customers"]
    assert key["validated"]
    assert key["definition"] == ("FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id)")
    assert {row["name"]: row["forced"] for row in after["relations"]}["notes"]
    assert {row["name"]: row["forced"] for row in after["relations"]}["customers"]
    tree.flask_db("check")
    assert tree.downgraded() == before
    tree.declare(NOTE)
    tree.flask_db("upgrade")
    assert "op.drop_scoped_foreign_key(" in tree.migrate()


def test_a_foreign_key_that_is_dropped_comes_back_over_rows(newest: Migrations) -> None:
    newest.as_superuser(TENANTS, CUSTOMERS, "ALTER TABLE customers DROP CONSTRAINT fk_customers_tenants")
    before = newest.snapshot()
    key = CreateScopedForeignKeyOp("fk_customers_tenants", "customers", "tenants", ("tenant_id",), ("id",))
    assert newest.operate(key) != before
    assert newest.drift() == ""
    assert newest.operate(key.reverse()) == before
    newest.as_superuser(f"DELETE FROM tenants WHERE id = '{B}'")
    with pytest.raises(sa.exc.IntegrityError):
        newest.operate(key)
    assert newest.snapshot() == before


def test_a_statement_changes_each_tenants_rows_alone_the_suspended_tenants_too(newest: Migrations) -> None:
    newest.as_superuser(TENANTS, CUSTOMERS)
    before = newest.snapshot()
    # One row a tenant, which it would not be if one saw another's.
    newest.operate(
        ForEachTenantOp("UPDATE customers SET phone = (SELECT count(*) FROM customers) || ' %:of'")
    )
    newest.operate(ForEachTenantOp("UPDATE tenants SET name = name || '!'"))
    assert newest.snapshot() == before
    with newest.server.connect("bootstrap", newest.database) as connection:
        rows = connection.execute("SELECT name, phone FROM customers ORDER BY name").fetchall()
        assert rows == [("A", "1 %:of"), ("B", "1 %:of"), ("S", "1 %:of")]
        names = connection.execute("SELECT name FROM tenants ORDER BY name").fetchall()
        assert names == [("A!",), ("B!",), ("S!",)]


def test_a_statement_leaves_no_context_and_stops_no_request(newest: Migrations) -> None:
    newest.as_superuser(TENANTS, CUSTOMERS)
    with newest.running() as op:
        connection = op.get_bind()
        op.invoke(ForEachTenantOp("UPDATE customers SET phone = '1'"))
        locks = sa.text("SELECT mode FROM pg_locks WHERE relation = 'tenants'::regclass")
        assert set(connection.scalars(locks)) == {"AccessShareLock"}
        with pytest.raises(sa.exc.ProgrammingError, match="no tenant context"):
            connection.execute(sa.text("SELECT count(*) FROM customers"))
