-- error: A policy that reads a variable which every session may set.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'reads a setting';
