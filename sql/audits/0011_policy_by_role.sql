-- warning: A policy that depends on the role that asks: a plan may outlive it.
SELECT p.object, p.detail, p.repair FROM ({{policy_clauses}}) AS p WHERE p.kind = 'by role';
