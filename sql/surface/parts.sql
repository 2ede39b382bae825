-- What tables consist of, as one text: columns, keys, checks, indexes, policies and what these are forced on.
SELECT c.oid, concat_ws(E'\n', format('%s %s', c.relrowsecurity, c.relforcerowsecurity), a.columns,
                        k.constraints, x.indexes, p.policies) AS parts
FROM pg_class c
LEFT JOIN LATERAL (
    SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                                a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid)), E'\n'
                      ORDER BY a.attname COLLATE "C") AS columns
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS a ON true
LEFT JOIN LATERAL (
    -- Since PostgreSQL 18 NOT NULL is one; the column says it in every version.
    SELECT string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), E'\n'
                      ORDER BY k.conname COLLATE "C") AS constraints
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 'n') AS k ON true
LEFT JOIN LATERAL (
    SELECT string_agg(pg_get_indexdef(x.indexrelid), E'\n'
                      ORDER BY pg_get_indexdef(x.indexrelid) COLLATE "C") AS indexes
    FROM pg_index x WHERE x.indrelid = c.oid) AS x ON true
LEFT JOIN LATERAL (
    SELECT string_agg(concat_ws(' ', p.polname, p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                                pg_get_expr(p.polwithcheck, p.polrelid)), E'\n'
                      ORDER BY p.polname COLLATE "C") AS policies
    FROM pg_policy p WHERE p.polrelid = c.oid) AS p ON true
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
