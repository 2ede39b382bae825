-- warning: System functions are reachable that no time-out ends.
SELECT f.signature, f.detail, f.repair FROM ({{reachable_functions}}) AS f WHERE f.measure = 'endless';
