-- The columns that the configuration marks as sensitive.
SELECT a.*, format('%s.%I', r.name, a.attname) AS object, r.name AS table_name, r.relowner
FROM ({{relations}}) AS r JOIN pg_attribute a ON a.attrelid = r.oid
WHERE a.attnum > 0 AND NOT a.attisdropped AND format('%s.%I', r.name, a.attname) = ANY ({{declared_columns}})
