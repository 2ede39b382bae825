-- error: Triggers of a tenants' table are switched off, its foreign keys' among them.
SELECT t.name, format('%s switched off', string_agg(format('%I', g.tgname), ', ' ORDER BY g.tgname)),
       format('ALTER TABLE %s ENABLE TRIGGER ALL', t.name)
FROM ({{scoped_tables}}) AS t
JOIN pg_trigger g ON g.tgrelid = t.oid AND g.tgenabled IN ('D', 'R')
GROUP BY t.name;
