-- error: A policy that asks for the tenant row by row, outside a sub-select.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'not in a sub-select';
