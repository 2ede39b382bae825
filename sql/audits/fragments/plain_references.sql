-- Foreign keys to tenants' rows that do not hold the tenant, and what repairs them: between NO FORCE and FORCE,
-- since under FORCE the owner's validation sees no row.
SELECT f.*, format('%s on %s', f.conname, child.name) AS object, pg_get_constraintdef(f.oid) AS definition,
       format('ALTER TABLE %1$s NO FORCE ROW LEVEL SECURITY; ALTER TABLE %2$s NO FORCE ROW LEVEL SECURITY; '
              'ALTER TABLE %1$s DROP CONSTRAINT %3$I, ADD CONSTRAINT %3$I FOREIGN KEY (%4$I, %5$s) '
              'REFERENCES %2$s (%6$I, %7$s); '
              'ALTER TABLE %1$s FORCE ROW LEVEL SECURITY; ALTER TABLE %2$s FORCE ROW LEVEL SECURITY',
              child.name, parent.name, f.conname, {{'tenant_column'}}, columns.referring, parent.key,
              columns.referred) AS repair
FROM pg_constraint f
JOIN ({{scoped_tables}}) AS parent ON parent.oid = f.confrelid AND NOT parent.is_root
JOIN ({{relations}}) AS child ON child.oid = f.conrelid
LEFT JOIN pg_attribute own
       ON own.attrelid = child.oid AND own.attname = {{'tenant_column'}} AND NOT own.attisdropped
CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.n)
               FILTER (WHERE k.there <> parent.key_number) AS referring,
           string_agg(quote_ident(b.attname), ', ' ORDER BY k.n)
               FILTER (WHERE k.there <> parent.key_number) AS referred,
           coalesce(bool_or(k.here = own.attnum AND k.there = parent.key_number), false) AS holds_tenant
    FROM unnest(f.conkey, f.confkey) WITH ORDINALITY AS k (here, there, n)
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.here
    JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = k.there) AS columns
WHERE f.contype = 'f' AND f.conparentid = 0 AND NOT columns.holds_tenant
