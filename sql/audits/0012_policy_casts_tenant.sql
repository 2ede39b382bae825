-- error: A policy that casts or wraps the tenant column: no index serves it.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'casts';
