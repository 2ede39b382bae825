"""What the probe asks the catalog, as the application's role: everyone may read it."""

from __future__ import annotations

RELATIONS = """
    SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
           c.relispartition AS is_partition,
           pg_has_role(c.relowner, 'MEMBER') AS owned,
           has_schema_privilege(n.oid, 'USAGE') AS reachable,
           ARRAY(SELECT p FROM unnest(ARRAY[{privileges}]) AS p
                 WHERE has_table_privilege(c.oid, p)) AS privileges,
           ARRAY(SELECT p FROM unnest('{SELECT,INSERT,UPDATE}'::text[]) AS p
                 WHERE has_any_column_privilege(c.oid, p)) AS column_privileges
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY n.nspname, c.relname
"""
COLUMNS = """
    SELECT a.attrelid AS table, a.attnum AS number, a.attname AS name,
           format_type(a.atttypid, a.atttypmod) AS type,
           format_type(b.base, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) AS base_type,
           bt.typcategory::text AS category,
           a.attnotnull OR t.typnotnull AS required,
           a.atthasdef OR a.attidentity <> '' AS has_default, a.attgenerated <> '' AS generated,
           a.attidentity = 'a' AS always_identity,
           ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e
                 WHERE e.enumtypid = b.base ORDER BY e.enumsortorder) AS labels,
           ARRAY(SELECT pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint k
                 WHERE k.contypid = a.atttypid AND k.contype = 'c') AS domain_checks,
           has_column_privilege(a.attrelid, a.attnum, 'INSERT') AS insertable,
           has_column_privilege(a.attrelid, a.attnum, 'UPDATE') AS updatable
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    CROSS JOIN LATERAL (SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END AS base) AS b
    JOIN pg_catalog.pg_type bt ON bt.oid = b.base
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
    ORDER BY a.attrelid, a.attnum
"""
# What an expression reads like is told by functions that lock its table: asked when its turn comes.
CHECKS = """
    SELECT k.conname AS name, k.conkey::int[] AS columns, pg_get_constraintdef(k.oid) AS definition
    FROM pg_catalog.pg_constraint k
    WHERE k.contype = 'c' AND k.conrelid = %s
    ORDER BY k.conname
"""
UNIQUE_KEYS = """
    SELECT i.relname AS name, array_remove(x.indkey::int[], 0) AS columns,
           ARRAY(SELECT pg_get_indexdef(x.indexrelid, k, true)
                 FROM generate_series(1, x.indnkeyatts) AS k ORDER BY k) AS terms,
           pg_get_expr(x.indpred, x.indrelid) AS predicate,
           x.indisexclusion OR NOT x.indimmediate AS no_arbiter
    FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    WHERE (x.indisunique OR x.indisexclusion) AND x.indisvalid AND x.indrelid = %s
    ORDER BY NOT x.indisprimary, i.relname
"""
FOREIGN_KEYS = """
    SELECT k.conrelid AS table, k.confrelid AS referred, k.conname AS name,
           k.conkey::int[] AS columns, k.confkey::int[] AS referred_columns
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
    WHERE k.contype = 'f' AND k.conparentid = 0
      AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
    ORDER BY k.conname
"""
FUNCTIONS = """
    SELECT format('%I.%I', n.nspname, p.proname) AS name,
           p.oid::regprocedure::text AS signature, p.prokind = 'p' AS is_procedure,
           ARRAY(SELECT format_type(a, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS u (a, o)
                 ORDER BY o) AS arguments,
           p.prorettype = 'record'::regtype AND p.proallargtypes IS NULL AS is_untyped
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind IN ('f', 'p')
      AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
      AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY n.nspname, p.oid::regprocedure::text
"""
SOURCES = """
    WITH RECURSIVE reads (relation, source) AS (
        SELECT w.ev_class, d.refobjid
        FROM pg_catalog.pg_rewrite w
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
         AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
        UNION
        SELECT r.relation, d.source FROM reads r JOIN (
            SELECT w.ev_class AS relation, d.refobjid AS source
            FROM pg_catalog.pg_rewrite w
            JOIN pg_catalog.pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
             AND d.refclassid = 'pg_class'::regclass) d ON d.relation = r.source
    )
    SELECT r.relation AS table, r.source FROM reads r JOIN pg_catalog.pg_class c ON c.oid = r.relation
    WHERE c.relkind = 'm'
"""
ROLE = """
    SELECT current_user AS name, current_setting('server_version') AS version,
           current_setting('server_version_num')::int AS number
"""
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
