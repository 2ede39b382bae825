-- warning: System functions are reachable that disturb or observe other sessions and tenants.
SELECT f.signature, f.detail, f.repair FROM ({{reachable_functions}}) AS f WHERE f.measure NOT IN ('large_objects', 'endless');
