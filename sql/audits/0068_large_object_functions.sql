-- warning: The functions on large objects are reachable: there is no row-level security on those.
SELECT f.signature, f.detail, f.repair FROM ({{reachable_functions}}) AS f WHERE f.measure = 'large_objects';
