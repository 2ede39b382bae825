"""`flask db check` fails on whatever was changed by hand, and names it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tenantapp.models.security import Policy, View, apart
from tenantapp.resources.customers.models import Customer
from tests.integration.migrations import drifts
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.drifts import Drift

pytestmark = pytest.mark.slow

ALL = drifts.POLICIES | drifts.GRANTS | drifts.FUNCTIONS | drifts.KEYS | drifts.VIEWS
OWN_ROWS = "tenant_id = (select tenancy.current_tenant_id())"
FENCE = Policy(
    "customers_fence",
    f"{OWN_ROWS} AND (status = 'active' OR deleted_at IS NULL)",
    f"{OWN_ROWS} AND name LIKE '%a%'",
    permissive=False,
)
VIEW = View("short_customers", "SELECT tenant_id, id, name FROM customers WHERE name NOT LIKE '%b'")


@pytest.fixture
def further(newest: Migrations, monkeypatch: pytest.MonkeyPatch) -> Migrations:
    """A database, and a model, with a further fence and a view."""
    monkeypatch.setattr(Customer, "further_fences", (FENCE,))
    monkeypatch.setattr(Customer, "views", (VIEW,))
    with newest.owner.begin() as connection:
        for statement in (
            f"CREATE POLICY {FENCE.name} ON customers AS RESTRICTIVE USING ({apart(FENCE).using}) "
            f"WITH CHECK ({apart(FENCE).check})",
            f"CREATE VIEW {VIEW.name} WITH (security_invoker = true) AS {VIEW.query}",
            f"GRANT SELECT ON {VIEW.name} TO {newest.server.names.app}",
        ):
            connection.execute(sa.text(statement))
    assert newest.drift() == ""
    return newest


@pytest.mark.parametrize("drift", ALL.values(), ids=ALL)
def test_the_check_names(newest: Migrations, drift: Drift) -> None:
    newest.as_superuser(drift.sql)
    found = newest.drift()
    for word in drift.named:
        assert word in found


def test_the_command_fails_with_one_line_for_what_has_drifted(newest: Migrations) -> None:
    newest.as_superuser(drifts.POLICIES["USING (true)"].sql)
    process = newest.start("check")
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "customers_tenant_isolation" in output
    assert "Traceback" not in output


def test_the_check_names_a_parenthesis_that_was_moved_in_a_further_fence(further: Migrations) -> None:
    moved = f"{OWN_ROWS} AND status = 'active' OR deleted_at IS NULL"
    further.as_superuser(f"ALTER POLICY customers_fence ON customers USING ({moved})")
    assert "'create_policy', 'customers_fence', 'customers'" in further.drift()


@pytest.mark.parametrize(
    ("drift", "named"),
    [
        ("ALTER VIEW short_customers SET (security_invoker = false)", ("drop_view", "create_view")),
        ("ALTER VIEW short_customers RESET (security_invoker)", ("drop_view", "create_view")),
        (
            "CREATE OR REPLACE VIEW short_customers WITH (security_invoker) AS "
            "SELECT tenant_id, id, name FROM customers",
            ("drop_view", "create_view"),
        ),
        ("DROP VIEW short_customers", ("create_view",)),
        ("GRANT UPDATE ON short_customers TO {app}", ("revoke", "UPDATE")),
        ("GRANT SELECT ON short_customers TO PUBLIC", ("revoke", "SELECT", "public")),
        ("GRANT SELECT (name) ON short_customers TO {platform}", ("revoke", "SELECT (name)", "platform")),
        ("REVOKE SELECT ON short_customers FROM {app}", ("grant", "SELECT", "app")),
        ("ALTER VIEW short_customers OWNER TO {platform}", ("change_owner", "platform", "owner")),
    ],
)
def test_the_check_names_what_was_done_to_a_view(
    further: Migrations, drift: str, named: tuple[str, ...]
) -> None:
    further.as_superuser(drift)
    found = further.drift()
    for word in (*named, "short_customers"):
        assert word in found


@pytest.mark.parametrize("value", ["true", "on", "yes", "1"])
def test_a_view_may_be_told_in_any_words_to_ask_its_reader(further: Migrations, value: str) -> None:
    further.as_superuser(f"ALTER VIEW short_customers SET (security_invoker = {value})")
    assert further.drift() == ""


@pytest.mark.parametrize(
    "clauses",
    [
        "USING (((tenant_id) = ((select ((tenancy.current_tenant_id()))))))",
        "USING (\n\ttenant_id\n =  ( SELECT\ttenancy . current_tenant_id ( ) ) )",
        'USING (customers.tenant_id = (select "tenancy"."current_tenant_id"()))',
    ],
)
def test_what_is_spelled_otherwise_and_means_the_same_is_no_drift(newest: Migrations, clauses: str) -> None:
    newest.as_superuser(f"ALTER POLICY customers_tenant_isolation ON customers {clauses}")
    assert newest.drift() == ""
