-- error: A policy that takes rows without a tenant for everyone's.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'shared rows';
