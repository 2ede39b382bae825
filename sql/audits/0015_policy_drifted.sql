-- error: A permissive policy that asks for the tenant, and for other things instead.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'drifted';
