-- The tables whose rows are tenants': those with a tenant column, the one it refers to (its own key is the tenant),
-- and whatever else has policies. Declared ones are none. `predicate` is the isolation as the server renders it,
-- `written` as a repair writes it, `fence` as one writes a restrictive policy of it.
SELECT r.*, coalesce(a.attname, '?') AS key, a.attnum AS key_number, a.atttypid AS key_type, a.attnotnull AS key_required,
       own.attnum IS NULL AS is_root,
       CASE WHEN a.attname IS NULL THEN 'false'
            ELSE format('(%I = ( SELECT %s() AS %s))', a.attname, {{'tenant_function'}},
                        regexp_replace({{'tenant_function'}}, '^.*\.', '')) END AS predicate,
       CASE WHEN a.attname IS NULL THEN 'false'
            ELSE format('%I = (SELECT %s())', a.attname, {{'tenant_function'}}) END AS written,
       CASE WHEN a.attname IS NULL THEN 'false'
            ELSE format('coalesce(%I = (SELECT %s()), false)', a.attname, {{'tenant_function'}}) END AS fence
FROM ({{relations}}) AS r
LEFT JOIN pg_attribute own
       ON own.attrelid = r.oid AND own.attname = {{'tenant_column'}} AND NOT own.attisdropped
LEFT JOIN LATERAL (
    SELECT f.confkey[1] AS attnum
    FROM pg_constraint f JOIN pg_attribute k ON k.attrelid = f.conrelid AND k.attnum = f.conkey[1]
    WHERE f.confrelid = r.oid AND f.contype = 'f' AND cardinality(f.conkey) = 1
      AND k.attname = {{'tenant_column'}}
    LIMIT 1) AS referred ON own.attnum IS NULL
LEFT JOIN pg_attribute id ON id.attrelid = r.oid AND id.attname = 'id' AND NOT id.attisdropped
LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = coalesce(own.attnum, referred.attnum, id.attnum)
WHERE r.relkind IN ('r', 'p') AND r.name <> ALL ({{unscoped_tables}})
  AND (own.attnum IS NOT NULL OR referred.attnum IS NOT NULL
       OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = r.oid))
