-- error: A rule rewrites what is asked of a table, and runs with the rights of its owner.
SELECT format('%I on %s', w.rulename, r.name), 'rewrites queries with its owner''s rights',
       format('DROP RULE %I ON %s', w.rulename, r.name)
FROM ({{relations}}) AS r JOIN pg_rewrite w ON w.ev_class = r.oid
WHERE w.rulename <> '_RETURN';
