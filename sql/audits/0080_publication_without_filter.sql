-- error: A publication sends all tenants' rows out: replication knows no policies.
SELECT format('%I publishes %s', p.pubname, t.name), 'without a row filter',
       CASE WHEN EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = b.oid AND r.prrelid = t.oid)
            THEN format('ALTER PUBLICATION %I DROP TABLE %s', p.pubname, t.name)
            ELSE format('DROP PUBLICATION IF EXISTS %I', p.pubname) END
FROM pg_publication_tables p
JOIN pg_publication b ON b.pubname = p.pubname
JOIN ({{scoped_tables}}) AS t ON t.nspname = p.schemaname AND t.relname = p.tablename
WHERE p.rowfilter IS NULL;
