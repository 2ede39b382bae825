-- error: A foreign key without the tenant that cascades: one tenant's delete changes another's rows.
SELECT f.object, f.definition, f.repair
FROM ({{plain_references}}) AS f
WHERE f.confdeltype NOT IN ('a', 'r') OR f.confupdtype NOT IN ('a', 'r');
