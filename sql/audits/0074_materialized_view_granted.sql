-- error: A copy of all tenants' rows is granted: a materialized view has no policies.
SELECT v.name, format('%s; granted to %s', v.detail, string_agg(DISTINCT g.grantee_name, ', ')),
       format('DROP MATERIALIZED VIEW %s', v.name)
FROM ({{reading_views}}) AS v JOIN ({{table_grants}}) AS g ON g.relation = v.oid
WHERE v.relkind = 'm'
GROUP BY v.name, v.detail;
