"""What an injection as the application's role tries in a prepared database, tried."""

from typing import Any

import psycopg
import pytest

from tenantapp.postgres.roles import RoleNames
from tests.integration.platform.preparation.conftest import Connect, execute

Connection = psycopg.Connection[Any]
DENIED = {
    "temporary table": "CREATE TEMPORARY TABLE shadow (id int)",
    "temporary view": "CREATE TEMPORARY VIEW shadow AS SELECT 1",
    "table": "CREATE TABLE public.shadow (id int)",
    "table in tenancy": "CREATE TABLE tenancy.shadow (id int)",
    "schema": "CREATE SCHEMA shadow",
    "schema control": "SELECT * FROM control.directory",
    "DO block": "DO $$ BEGIN END $$",
    "SQL function": "CREATE FUNCTION public.shadow() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SET ROLE": "SET ROLE {owner}",
    "lo_create": "SELECT lo_create(0)",
    "lo_from_bytea": "SELECT lo_from_bytea(0, 'x')",
    "lo_get": "SELECT lo_get(1)",
    "loread": "SELECT loread(0, 1)",
    "large objects": "SELECT * FROM pg_largeobject_metadata",
    "pg_advisory_lock": "SELECT pg_advisory_lock(1)",
    "pg_try_advisory_xact_lock": "SELECT pg_try_advisory_xact_lock(1, 2)",
    "pg_terminate_backend": "SELECT pg_terminate_backend(1)",
    "pg_cancel_backend": "SELECT pg_cancel_backend(1)",
    "pg_notify": "SELECT pg_notify('a', 'b')",
    "pg_logical_emit_message": "SELECT pg_logical_emit_message(true, 'a', 'b')",
    "query_to_xml": "SELECT query_to_xml('SELECT 1', true, true, '')",
    "database_to_xml": "SELECT database_to_xml(true, true, '')",
    "table_to_xml": "SELECT table_to_xml('pg_class', true, true, '')",
    "cursor_to_xml": "SELECT cursor_to_xml('a', 1, true, true, '')",
    "ts_stat": "SELECT * FROM ts_stat('SELECT to_tsvector(''a'')')",
    "ts_rewrite": "SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')",
    "pg_export_snapshot": "SELECT pg_export_snapshot()",
    "pg_sleep": "SELECT pg_sleep(0)",
    "pg_sleep_for": "SELECT pg_sleep_for('0')",
    "currtid2": "SELECT currtid2('pg_class', '(0,1)')",
    "pg_stat_activity": "SELECT * FROM pg_stat_activity",
    "pg_stat_get_activity": "SELECT * FROM pg_stat_get_activity(NULL)",
    "pg_stat_get_backend_activity": "SELECT pg_stat_get_backend_activity(1)",
    "pg_stat_user_tables": "SELECT n_tup_ins FROM pg_stat_all_tables",
    "pg_locks": "SELECT * FROM pg_locks",
    "pg_replication_slots": "SELECT * FROM pg_replication_slots",
    "pg_relation_size": "SELECT pg_relation_size('pg_class')",
    "pg_database_size": "SELECT pg_database_size(current_database())",
    "pg_ls_dir": "SELECT pg_ls_dir('.')",
    "pg_read_file": "SELECT pg_read_file('PG_VERSION')",
    "pg_stat_reset": "SELECT pg_stat_reset()",
    "ALTER DATABASE": "ALTER DATABASE {database} SET work_mem = '1MB'",
    "COPY FROM PROGRAM": "COPY (SELECT 1) TO PROGRAM 'true'",
}
SINCE_18 = {
    "pg_restore_relation_stats": "SELECT pg_restore_relation_stats('schemaname', 'public')",
    "pg_clear_attribute_stats": "SELECT pg_clear_attribute_stats('a', 'b', 'c', false)",
    "pg_available_wal_summaries": "SELECT * FROM pg_available_wal_summaries()",
}
ALLOWED = {
    "set_config": "SELECT set_config('tenancy.context', 'x', true)",
    "settings": "SELECT current_setting('server_version'), version(), pg_backend_pid(), now()",
    "prepared statements": "SELECT count(*) FROM pg_prepared_statements WHERE from_sql",
    "check-in": "SELECT pg_is_in_recovery(), gen_random_uuid(), sha256('x')",
    "full-text search": "SELECT ts_rewrite('a'::tsquery, 'a'::tsquery, 'b'::tsquery), ts_headline('a', 'a')",
    "text functions": "SELECT lower('A'), log(1), format('%s', 1)",
    "types, as psycopg asks for them": "SELECT typname FROM pg_type WHERE oid = to_regtype('uuid')",
    "columns": "SELECT column_name FROM information_schema.columns LIMIT 1",
}


@pytest.mark.parametrize("statement", DENIED.values(), ids=DENIED)
def test_the_application_is_refused(app: Connection, names: RoleNames, prepared: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(app, statement, owner=names.owner, database=prepared)


@pytest.mark.parametrize("statement", SINCE_18.values(), ids=SINCE_18)
def test_the_application_is_refused_what_came_with_18(app: Connection, statement: str) -> None:
    if app.info.server_version < 180_000:
        pytest.skip("PostgreSQL 18 has it first")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


@pytest.mark.parametrize("statement", ALLOWED.values(), ids=ALLOWED)
def test_the_application_keeps_what_it_needs(app: Connection, statement: str) -> None:
    assert app.execute(statement).fetchone() is not None


@pytest.mark.usefixtures("nobody_disturbs")
@pytest.mark.parametrize("purpose", ["app", "platform"])
@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_the_maintenance_databases_are_closed(
    connect: Connect, names: RoleNames, prepared: str, purpose: str, database: str
) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(database, names.as_values()[purpose])


def test_the_directory_role_cannot_log_in(connect: Connect, names: RoleNames, prepared: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        connect(prepared, names.directory)


def test_listening_is_beyond_privileges(app: Connection) -> None:
    app.execute("LISTEN anything")
    app.execute("NOTIFY anything")


def test_the_operator_sees_sessions_and_sizes_but_cannot_create(
    connect: Connect, names: RoleNames, prepared: str
) -> None:
    with connect(prepared, names.platform) as platform:
        assert platform.execute("SELECT pid FROM pg_stat_activity").fetchone()
        assert platform.execute("SELECT pg_database_size(current_database())").fetchone()
        for statement in ("CREATE TEMPORARY TABLE t (id int)", "DO $$ BEGIN END $$", "SELECT lo_create(0)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                platform.execute(statement)


def test_monitoring_keeps_its_views(superuser: Connection, connect: Connect, prepared: str) -> None:
    with connect(prepared) as connection:
        connection.execute("SET ROLE pg_monitor")
        assert connection.execute("SELECT pid FROM pg_stat_activity").fetchone()
        assert connection.execute("SELECT relname FROM pg_stat_all_tables").fetchone()


def test_the_owner_keeps_what_migrations_need(owner: Connection, connect: Connect, names: RoleNames) -> None:
    owner.execute("SELECT pg_advisory_lock(1), pg_advisory_unlock(1), pg_export_snapshot()")
    owner.execute("CREATE FUNCTION public.probe() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'")
    try:
        with connect(owner.info.dbname, names.app) as app:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("SELECT public.probe()")
            execute(owner, "GRANT EXECUTE ON FUNCTION public.probe() TO {app}", app=names.app)
            assert app.execute("SELECT public.probe()").fetchone() == (1,)
    finally:
        owner.execute("DROP FUNCTION public.probe()")


def test_the_owner_may_hand_a_function_to_the_directory_role(owner: Connection, names: RoleNames) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute("CREATE FUNCTION tenancy.probe() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        execute(owner, "GRANT CREATE ON SCHEMA tenancy TO {directory}", directory=names.directory)
        execute(owner, "ALTER FUNCTION tenancy.probe() OWNER TO {directory}", directory=names.directory)
        execute(owner, "REVOKE CREATE ON SCHEMA tenancy FROM {directory}", directory=names.directory)
