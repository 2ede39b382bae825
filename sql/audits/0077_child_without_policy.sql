-- warning: A partition or inheriting table does not isolate, and is one GRANT away from everyone.
SELECT c.name, c.faults, c.repair FROM ({{open_children}}) AS c WHERE NOT c.reachable;
