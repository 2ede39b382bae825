-- error: A copy of all tenants' rows is granted: a materialized view has no policies.
SELECT v.name, v.detail, string_agg(DISTINCT format('REVOKE ALL ON %s FROM %s', v.name, g.grantee_name), '; ')
FROM ({{reading_views}}) AS v JOIN ({{table_grants}}) AS g ON g.relation = v.oid AND g.grantee <> 0
WHERE v.relkind = 'm'
GROUP BY v.name, v.detail;
