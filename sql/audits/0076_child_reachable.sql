-- error: A partition or inheriting table is granted and does not isolate: its parent's policies do not reach it.
SELECT c.name, c.faults, c.repair FROM ({{open_children}}) AS c WHERE c.reachable;
