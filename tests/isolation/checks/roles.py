"""What the roles may do."""

from __future__ import annotations

import psycopg
import sqlalchemy as sa
from sqlalchemy import URL

from tenantapp.models.base import Base
from tenantapp.postgres.safety import check_role
from tests.isolation.tables import has_own_tenant_column, owner_of, scoped_tables
from tests.isolation.world import World, refused


def the_application_accepts_its_role(world: World) -> None:
    address: URL = world.server.address(world.app_role, world.database).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        problems = check_role(connection, world.server.names)
    assert not problems, f"the application would not start: {problems}"


def the_application_owns_nothing(world: World) -> None:
    with world.transaction(None) as connection:
        owned = connection.scalars(sa.text(_OWNED)).all()
    assert not owned, f"the application's role owns {owned}"


_OWNED = """
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid)
    FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
    WHERE r.rolname = session_user AND d.deptype = 'o'
      AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


def the_application_changes_no_table(world: World) -> None:
    _assert_refused(
        world,
        "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE {table} OWNER TO CURRENT_USER",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "CREATE POLICY careless ON {table} USING (true)",
        "ALTER POLICY {table}_tenant_fence ON {table} USING (true)",
        "DROP POLICY {table}_tenant_fence ON {table}",
        "DROP TABLE {table} CASCADE",
    )


def the_application_adds_nothing(world: World) -> None:
    _assert_refused(
        world,
        "CREATE TEMPORARY TABLE {table} (id uuid)",
        "CREATE TABLE public.mine (id uuid)",
        "CREATE SCHEMA mine",
        "CREATE VIEW public.mine AS SELECT * FROM {table}",
        "CREATE FUNCTION public.mine() RETURNS int RETURN 1",
        "CREATE OR REPLACE FUNCTION tenancy.current_tenant_id() RETURNS uuid STABLE RETURN gen_random_uuid()",
        "DO LANGUAGE plpgsql 'BEGIN END'",
    )


def the_application_cannot_empty_a_table(world: World) -> None:
    _assert_refused(world, "TRUNCATE {table} CASCADE")


def the_application_becomes_nobody_else(world: World) -> None:
    names = world.server.names
    with world.transaction(world.a) as connection:
        for role in (
            names.owner,
            names.platform,
            names.directory,
            names.sealer,
            names.watchdog,
            world.server.user,
        ):
            with refused(connection, f"SET ROLE {role}"):
                connection.exec_driver_sql(f'SET ROLE "{role}"')
            with refused(connection, f"SET SESSION AUTHORIZATION {role}"):
                connection.exec_driver_sql(f'SET SESSION AUTHORIZATION "{role}"')


def row_level_security_cannot_be_switched_off(world: World) -> None:
    """`row_security = off` means: raise rather than filter."""
    with world.transaction(world.a) as connection:
        connection.exec_driver_sql("SET LOCAL row_security = off")
        for table in scoped_tables():
            with refused(connection, f"reading {table} with row_security = off"):
                connection.execute(sa.select(table.c.id))


def copy_from_is_refused(world: World) -> None:
    with world.transaction(world.a) as connection:
        cursor = connection.connection.cursor()
        for table in scoped_tables():
            # 0A000: COPY FROM knows no row-level security. `tenants` may not be inserted into at all.
            with (
                refused(connection, f"COPY {table} FROM", "0A000", "42501"),
                cursor.copy(f"COPY {table} FROM STDIN"),
            ):
                pass


def the_application_cannot_read_the_control_schema(world: World) -> None:
    with world.transaction(world.a) as connection:
        for table in Base.metadata.sorted_tables:
            if table.schema == "control":
                with refused(connection, f"reading {table}"):
                    connection.execute(sa.select(table))


def the_directory_answers_one_subdomain_at_a_time(world: World) -> None:
    find = sa.text("SELECT tenant_id FROM tenancy.find_tenant(:wanted)")
    with world.transaction(None) as connection:
        for tenant in (world.a, world.b):
            found = connection.scalars(find, {"wanted": tenant.subdomain}).all()
            assert found == [tenant.id], f"the directory answers {found} for one subdomain"
        for wanted in ("", "%", "_", "t-%", "*", ".*", world.a.subdomain.upper(), str(world.a.id), None):
            found = connection.scalars(find, {"wanted": wanted}).all()
            assert not found, f"the directory answers {wanted!r}, which is no subdomain"


def the_operator_reads_no_business_rows(world: World) -> None:
    for context in (None, world.a):
        with world.transaction(context, "platform") as connection:
            for table in filter(has_own_tenant_column, scoped_tables()):
                with refused(connection, f"the operator reads {table}"):
                    connection.execute(sa.select(table.c.id))


def the_operator_sees_a_tenant_in_its_context_alone(world: World) -> None:
    for table in scoped_tables():
        if has_own_tenant_column(table):
            continue
        with (
            world.transaction(None, "platform") as connection,
            refused(connection, f"the operator reads {table} without a context"),
        ):
            connection.execute(sa.select(table.c.id))
        with world.transaction(world.a, "platform") as connection:
            assert connection.scalars(sa.select(owner_of(table))).all() == [world.a.id]


def _assert_refused(world: World, *statements: str) -> None:
    with world.transaction(world.a) as connection:
        for table in scoped_tables():
            for statement in (template.format(table=table) for template in statements):
                with refused(connection, statement):
                    connection.exec_driver_sql(statement)
