"""A partition can be addressed past its parent: it has policies of its own, and nobody's grant."""

from __future__ import annotations

import pytest

from tenantapp.models.security import tenant_policies
from tenantapp.rls.operations import CreatePolicyOp, EnableRlsOp
from tests.integration.migrations.tree import Tree

pytestmark = pytest.mark.slow

MODELS = """
class Event(Resource):
    __tablename__ = "events"

    happened_on: Mapped[int] = mapped_column(primary_key=True)

    @classmethod
    def scoped_args(cls):
        return ({"postgresql_partition_by": "RANGE (happened_on)"},)
"""
PARTITIONS = (
    "SET ROLE {owner}",
    "CREATE TABLE events_early PARTITION OF events FOR VALUES FROM (0) TO (10) "
    "PARTITION BY RANGE (happened_on)",
    "CREATE TABLE events_first PARTITION OF events_early FOR VALUES FROM (0) TO (5)",
    "GRANT SELECT ON events_first TO {app}",
)


def test_a_partition_without_its_policies_is_named_and_gets_them(tree: Tree) -> None:
    tree.declare(MODELS)
    assert "RANGE (happened_on)" in tree.migrate()
    tree.flask_db("upgrade")
    tree.flask_db("check")
    tree.database.as_superuser(*PARTITIONS)
    before = tree.database.snapshot()

    said = tree.refused("check")
    for partition in ("events_early", "events_first"):
        assert f"('enable_and_force_rls', '{partition}')" in said
        assert f"('create_policy', '{partition}_tenant_isolation', '{partition}'" in said
        assert f"('create_policy', '{partition}_tenant_fence', '{partition}'" in said
    assert "('revoke', ('SELECT',), 'TABLE events_first', 'app')" in said

    # They are on this server alone: a rehearsal would not find them.
    tree.flask_db("migrate", "-m", "Isolate them", "-x", "no-verify")
    tree.flask_db("upgrade")
    tree.flask_db("check")
    assert tree.downgraded() == before


ORDERS = MODELS.replace("events", "order")
INDEXED = ORDERS.replace("return (", 'return (Index(None, "tenant_id", "happened_on"), ')


def test_an_index_comes_back_with_those_of_the_partitions(tree: Tree) -> None:
    """Made `ON ONLY` the table, as the server shows it, it would be invalid and of no partition."""
    tree.declare(INDEXED)
    tree.migrate()
    tree.flask_db("upgrade")
    tree.database.as_superuser(
        "SET ROLE {owner}", 'CREATE TABLE order_first PARTITION OF "order" FOR VALUES FROM (0) TO (5)'
    )
    assert "order_first_tenant_fence" in tree.refused("check")
    before = tree.database.operate(
        EnableRlsOp("order_first"),
        *(
            CreatePolicyOp(policy.name, "order_first", policy.using, policy.check, policy.permissive)
            for policy in tenant_policies("order_first")
        ),
    )
    tree.declare(ORDERS)
    tree.migrate()
    tree.flask_db("upgrade")
    assert tree.downgraded() == before
