-- error: A permissive policy that does not ask for the tenant.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'without the tenant';
