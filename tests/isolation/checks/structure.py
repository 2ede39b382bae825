"""What the catalog says of every scoped table."""

from __future__ import annotations

from tests.isolation.tables import has_own_tenant_column, owner_of, scoped_tables
from tests.isolation.world import World
from tests.support import catalog

_OWN_ROWS = "({column} = ( SELECT tenancy.current_tenant_id() AS current_tenant_id))"
_NOT_TENANTS_OWN = {"alembic_version"}


def every_table_is_known(world: World) -> None:
    """A table that no model stands for is one that none of these checks looks at."""
    with world.connect("owner") as connection:
        found = {row.table for row in catalog.tables(connection)}
    assert found == {table.name for table in scoped_tables()} | _NOT_TENANTS_OWN


def row_level_security_is_enabled_and_forced(world: World) -> None:
    with world.connect("owner") as connection:
        rows = {row.table: row for row in catalog.tables(connection)}
    for table in scoped_tables():
        row = rows[table.name]
        assert (row.enabled, row.forced) == (True, True), f"{table}: enabled, forced: {row}"
        assert row.owner == world.server.names.owner, f"{table} belongs to {row.owner}"


def each_table_has_its_policy_and_its_fence_alone(world: World) -> None:
    with world.connect("owner") as connection:
        found = catalog.policies(connection)
    for table in scoped_tables():
        text = _OWN_ROWS.format(column=owner_of(table).name)
        fence = f"COALESCE({text}, false)"
        policies = {
            (row.name, row.permissive, row.command, row.to_public, row.using, row.check)
            for row in found
            if row.table == table.name
        }
        assert policies == {
            (f"{table}_tenant_isolation", True, "*", True, text, text),
            (f"{table}_tenant_fence", False, "*", True, fence, fence),
        }, f"{table} has other policies: {policies}"


def tenant_id_is_a_uuid_that_is_always_there(world: World) -> None:
    with world.connect("owner") as connection:
        columns = {(row.table, row.name): row for row in catalog.columns(connection)}
    for table in scoped_tables():
        row = columns[table.name, owner_of(table).name]
        assert (row.type, row.required) == ("uuid", True), f"{table}: {row}"


def every_key_begins_with_the_tenant(world: World) -> None:
    """An index that does not lead with it is not used under the policy; a unique one tells of others."""
    own = {table.name for table in scoped_tables() if has_own_tenant_column(table)}
    with world.connect("owner") as connection:
        indexes = [row for row in catalog.indexes(connection) if row.table in own]
    primary = {row.table: row.columns for row in indexes if row.primary}
    assert primary == {name: ["tenant_id", "id"] for name in own}
    for index in indexes:
        assert index.columns[0] == "tenant_id", f"{index.name} is on {index.columns}"


def every_reference_between_tenants_tables_holds_the_tenant(world: World) -> None:
    own = {table.name for table in scoped_tables() if has_own_tenant_column(table)}
    with world.connect("owner") as connection:
        keys = catalog.foreign_keys(connection)
    for table in own:
        to_tenants = [key for key in keys if (key.table, key.referred_table) == (table, "tenants")]
        assert [key.columns for key in to_tenants] == [["tenant_id"]], f"{table}: whose rows are these?"
    for key in keys:
        if key.referred_table in own:
            pairs = list(zip(key.columns, key.referred_columns, strict=True))
            assert ("tenant_id", "tenant_id") in pairs, f"{key.name} leads from {key.table} by {pairs}"


def what_policies_call_is_neither_immutable_nor_leakproof(world: World) -> None:
    with world.connect("owner") as connection:
        functions = catalog.facts(connection, _FUNCTIONS)
    assert "current_tenant_id" in {row.name for row in functions}
    for row in functions:
        # What has the planner put policies first answers everybody the same.
        planned = row.name == "plan_policies_first"
        assert (row.volatility == "i") is planned, (
            f"{row.name} is IMMUTABLE: a plan made for A would answer B"
        )
        assert not row.leakproof, f"{row.name} is LEAKPROOF: it would be asked before the policy"


_FUNCTIONS = """
    SELECT p.proname AS name, p.provolatile::text AS volatility, p.proleakproof AS leakproof
    FROM pg_proc p WHERE p.pronamespace = ANY ('{public,tenancy,control}'::regnamespace[])
"""


def definer_functions_are_of_roles_without_a_login_with_a_pinned_path(world: World) -> None:
    names, pinned = world.server.names, ["search_path=pg_catalog, pg_temp"]
    with world.connect("owner") as connection:
        functions = catalog.facts(connection, _DEFINERS)
    assert sorted((row.signature, row.owner, row.settings) for row in functions) == [
        ("tenancy.find_tenant(text)", names.directory, pinned),
        ("tenancy.verified_context()", names.sealer, pinned),
    ]


_DEFINERS = """
    SELECT p.oid::regprocedure::text AS signature, p.proowner::regrole::text AS owner, p.proconfig AS settings
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def views_ask_with_the_rights_of_who_asks(world: World) -> None:
    with world.connect("owner") as connection:
        views = catalog.facts(connection, _VIEWS)
    for view in views:
        assert view.kind == "v", f"{view.name} is materialized: it holds everyone's rows"
        assert view.invoker, f"{view.name} is not security_invoker"


_VIEWS = """
    SELECT c.oid::regclass::text AS name, c.relkind::text AS kind,
           coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false) AS invoker
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def grants_are_those_of_rows_alone(world: World) -> None:
    """Nobody but the owner may empty, reference or put triggers on a table, PUBLIC nothing at all."""
    with world.connect("owner") as connection:
        grants = catalog.facts(connection, _GRANTS)
    tables = {table.name for table in scoped_tables()}
    names = world.server.names
    for grant in grants:
        if grant.table in tables and grant.grantee != names.owner:
            allowed = (names.app, names.platform) if grant.table == "tenants" else (names.app,)
            assert grant.grantee in allowed, f"{grant.grantee} may {grant.privilege} {grant.table}"
            assert grant.privilege in {"SELECT", "INSERT", "UPDATE", "DELETE"}, f"{grant}"
            assert not grant.grantable, f"{grant.grantee} may grant {grant.privilege} on {grant.table}"


_GRANTS = """
    SELECT c.relname AS table, coalesce(r.rolname, 'PUBLIC') AS grantee, g.privilege_type AS privilege,
           g.is_grantable AS grantable
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS g LEFT JOIN pg_roles r ON r.oid = g.grantee
    WHERE c.relnamespace = 'public'::regnamespace
"""
