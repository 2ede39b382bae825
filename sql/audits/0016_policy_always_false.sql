-- warning: A policy that hides every row.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'always false';
