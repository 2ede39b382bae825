-- error: A foreign key without the tenant: it takes another tenant's row, and tells whether there is one.
SELECT f.object, f.definition, f.repair
FROM ({{plain_references}}) AS f
WHERE f.confdeltype IN ('a', 'r') AND f.confupdtype IN ('a', 'r');
