-- error: Everyone who may connect has rights on a table, view or sequence.
SELECT g.name, format('PUBLIC has %s', string_agg(DISTINCT g.privilege_type, ', ')),
       format('REVOKE ALL ON %s FROM PUBLIC', g.written)
FROM ({{table_grants}}) AS g
WHERE g.grantee = 0
GROUP BY g.name, g.written;
