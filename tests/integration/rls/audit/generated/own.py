"""PostgreSQL's own objects, given out or changed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.integration.rls.audit.generated.hole import GRANTEES, Hole

READ = (
    *("pg_statistic", "pg_authid", "pg_shadow", "pg_hba_file_rules", "pg_file_settings", "pg_user_mapping"),
    *(
        "pg_largeobject",
        "pg_ident_file_mappings",
        "pg_statistic_ext_data",
        "pg_config",
        "pg_replication_origin",
    ),
    *("pg_backend_memory_contexts", "pg_shmem_allocations", "information_schema._pg_user_mappings"),
    *("pg_subscription", "pg_stat_activity", "pg_locks", "pg_largeobject_metadata"),
)
WRITE = ("pg_class", "pg_proc", "pg_policy", "pg_settings", "pg_attribute", "pg_database", "pg_type")
CALL = (
    *("pg_read_file(text)", "pg_read_binary_file(text)", "pg_ls_dir(text)", "pg_stat_file(text)"),
    *("lo_import(text)", "lo_export(oid, text)", "pg_reload_conf()", "pg_rotate_logfile()", "pg_ls_waldir()"),
    *("pg_stat_reset()", "pg_create_restore_point(text)", "pg_switch_wal()", "pg_promote(boolean, integer)"),
    *("pg_hba_file_rules()", "pg_show_all_file_settings()", "pg_backup_stop(boolean)"),
    *(
        "pg_sleep(double precision)",
        "pg_advisory_lock(bigint)",
        "pg_notify(text, text)",
        "pg_cancel_backend(integer)",
    ),
    *("query_to_xml(text, boolean, boolean, text)", "ts_stat(text)", "pg_stat_get_activity(integer)"),
    *("lo_get(oid)", "pg_total_relation_size(regclass)", "currtid2(text, tid)"),
)
OPERATOR_FUNCTIONS = (
    *("texteq(text, text)", "text_lt(text, text)", "int4lt(integer, integer)", "int4div(integer, integer)"),
    *(
        "numeric_eq(numeric, numeric)",
        "jsonb_eq(jsonb, jsonb)",
        "textlike(text, text)",
        "textregexeq(text, text)",
    ),
    *("array_eq(anyarray, anyarray)", "timestamptz_lt(timestamptz, timestamptz)", "int8pl(bigint, bigint)"),
    *("ts_match_vq(tsvector, tsquery)", "jsonb_object_field_text(jsonb, text)", "textcat(text, text)"),
)
WAYS = {
    "is marked leakproof, or no longer": "UPDATE pg_proc SET proleakproof = NOT proleakproof "
    "WHERE oid = 'pg_catalog.{function}'::regprocedure",
    "runs with its owner's rights": "ALTER FUNCTION pg_catalog.{function} SECURITY DEFINER",
    "costs nothing": "ALTER FUNCTION pg_catalog.{function} COST 0.00001",
    "has settings": "ALTER FUNCTION pg_catalog.{function} SET row_security = off",
    "belongs to the application": "ALTER FUNCTION pg_catalog.{function} OWNER TO {app}",
    "estimates by another": "ALTER FUNCTION pg_catalog.{function} SUPPORT generate_series_int4_support",
    "is an extension's member": "ALTER EXTENSION plpgsql ADD FUNCTION pg_catalog.{function}",
}
CHANGED = {
    "body": "UPDATE pg_proc SET prosrc = 'texteq' WHERE proname = 'textne'",
    "body of an SQL function": "CREATE OR REPLACE FUNCTION pg_catalog.lpad(text, integer) RETURNS text "
    "LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS 'SELECT $1'",
    "operator's function": "UPDATE pg_operator SET oprcode = 'textne' WHERE oprcode = 'texteq'::regproc",
    "operator's estimate": "ALTER OPERATOR pg_catalog.= (text, text) SET (RESTRICT = NONE)",
    "cast": "UPDATE pg_cast SET castcontext = 'i' WHERE castsource = 'bytea'::regtype "
    "OR castsource = 'integer'::regtype AND casttarget = 'oid'::regtype "
    "OR castsource = 'bigint'::regtype AND casttarget = 'integer'::regtype",
    "view": "CREATE OR REPLACE VIEW pg_catalog.pg_rules AS SELECT n.nspname AS schemaname, "
    "c.relname AS tablename, r.rulename, pg_get_ruledef(r.oid) AS definition FROM pg_rewrite r "
    "JOIN pg_class c ON c.oid = r.ev_class LEFT JOIN pg_namespace n ON n.oid = c.relnamespace",
    "view's option": "ALTER VIEW pg_catalog.pg_stats RESET (security_barrier)",
    "view's rule": "UPDATE pg_rewrite w SET ev_action = (SELECT ev_action FROM pg_rewrite "
    "WHERE ev_class = 'pg_roles'::regclass) WHERE ev_class = 'pg_user'::regclass",
    "type's input": "UPDATE pg_type SET typinput = 'textin' WHERE typname = 'name'",
    "type's output": "UPDATE pg_type SET typoutput = 'byteaout' WHERE typname = 'text'",
    "operator class": "UPDATE pg_opclass SET opcdefault = false WHERE opcname = 'uuid_ops'",
    "support function": "UPDATE pg_amproc SET amproc = 'btint8cmp' WHERE amproc = 'bttextcmp'::regproc",
    "operator of a family": "UPDATE pg_amop SET amopstrategy = 9 WHERE amopopr = "
    "'pg_catalog.=(uuid,uuid)'::regoperator AND amopmethod = 403",
    "access method": "UPDATE pg_am SET amhandler = 'hashhandler' WHERE amname = 'brin'",
    "language trusted": "UPDATE pg_language SET lanpltrusted = true WHERE lanname = 'c'",
    "language's handler": "UPDATE pg_language SET laninline = 'plpgsql_inline_handler'::regproc "
    "WHERE lanname = 'sql'",
    "aggregate": "UPDATE pg_aggregate SET aggtransfn = 'int4larger' "
    "WHERE aggfnoid = 'min(integer)'::regprocedure",
    "first privileges": "UPDATE pg_init_privs SET initprivs = ARRAY[makeaclitem(0, 10, 'SELECT', false)] "
    "WHERE objoid = 'pg_authid'::regclass; GRANT SELECT ON pg_authid TO PUBLIC",
    "conversion": "UPDATE pg_conversion SET conproc = 'utf8_to_big5' WHERE conname = 'utf8_to_iso_8859_1'",
    "text search dictionary": "ALTER TEXT SEARCH DICTIONARY pg_catalog.simple (accept = false)",
    "collation": "UPDATE pg_collation SET collisdeterministic = false WHERE collname = 'C'",
    "dropped function": "DELETE FROM pg_proc WHERE proname = 'pg_get_viewdef' AND pronargs = 2",
    "trigger on a catalog": "CREATE FUNCTION public.seen() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RETURN NEW; END$$; CREATE TRIGGER seen BEFORE INSERT ON pg_catalog.pg_statistic "
    "FOR EACH ROW EXECUTE FUNCTION public.seen()",
    "policy on a catalog": "CREATE POLICY seen ON information_schema.sql_features USING (true)",
    "rule on a catalog": "CREATE RULE seen AS ON UPDATE TO pg_catalog.pg_settings DO ALSO NOTHING",
    "index on a catalog": "CREATE INDEX seen ON pg_catalog.pg_namespace (nspowner)",
    "default of a catalog": "ALTER TABLE information_schema.sql_features ALTER comments SET DEFAULT 'x'",
    "owner of a catalog": "ALTER TABLE pg_catalog.pg_statistic OWNER TO {app}",
    "owner of a schema": "ALTER SCHEMA information_schema OWNER TO {app}",
    "owner of a type": "ALTER TYPE pg_catalog.text OWNER TO {app}",
    "owner of an operator": "ALTER OPERATOR pg_catalog.= (text, text) OWNER TO {app}",
    "owner of a view": "ALTER VIEW pg_catalog.pg_stats OWNER TO {platform}",
    "owner of the schema of ours": "ALTER SCHEMA tenancy OWNER TO {platform}",
}


def granted() -> Iterator[Hole]:
    """Yield catalogs, settings files and functions of PostgreSQL's given to each grantee."""
    for grantee in GRANTEES:
        for name in READ:
            yield Hole(f"SELECT ON {name} to {grantee}", _given("SELECT", name, grantee))
        for name in WRITE:
            for privilege in ("INSERT", "UPDATE", "DELETE"):
                if (name, privilege, grantee) != ("pg_settings", "UPDATE", "PUBLIC"):
                    yield Hole(f"{privilege} ON {name} to {grantee}", _given(privilege, name, grantee))
        for name in CALL:
            on = f"FUNCTION pg_catalog.{name}"
            yield Hole(f"EXECUTE ON {name} to {grantee}", _given("EXECUTE", on, grantee))
        for column in ("rolpassword", "rolname"):
            given = _given(f"SELECT ({column})", "pg_authid", grantee)
            yield Hole(f"the column {column} to {grantee}", given)
        yield Hole(
            f"a column of statistics to {grantee}", _given("SELECT (stavalues1)", "pg_statistic", grantee)
        )


def _given(privilege: str, on: str, grantee: str) -> str:
    return f"GRANT {privilege} ON {on} TO {grantee}"


def changed() -> Iterator[Hole]:
    """Yield PostgreSQL's own objects, changed."""
    for function in OPERATOR_FUNCTIONS:
        for way, made in WAYS.items():
            yield Hole(f"{function} {way}", made.replace("{function}", function))
    for name, made in CHANGED.items():
        yield Hole(f"another {name}", made)
