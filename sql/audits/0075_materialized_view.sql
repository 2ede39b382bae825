-- warning: There is a copy of all tenants' rows, one GRANT away from everyone.
SELECT v.name, v.detail, format('DROP MATERIALIZED VIEW %s', v.name)
FROM ({{reading_views}}) AS v
WHERE v.relkind = 'm' AND NOT EXISTS (SELECT FROM ({{table_grants}}) AS g WHERE g.relation = v.oid);
