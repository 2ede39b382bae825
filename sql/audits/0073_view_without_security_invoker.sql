-- error: A view reads tenants' rows with the rights of its owner.
SELECT v.name, v.detail, format('ALTER VIEW %s SET (security_invoker = true)', v.name)
FROM ({{reading_views}}) AS v
WHERE v.relkind = 'v'
  AND NOT EXISTS (SELECT FROM unnest(v.reloptions) AS o
                  WHERE o IN ('security_invoker=true', 'security_invoker=on', 'security_invoker=1',
                              'security_invoker=yes'));
