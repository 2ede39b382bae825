-- error: A policy that opens where there is no tenant context.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'open without context';
