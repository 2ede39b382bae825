-- warning: The configuration declares what is not there: a name that was changed is no longer looked after.
SELECT d.name, 'unscoped_tables: there is no such table', '-- correct the configuration'
FROM unnest({{unscoped_tables}}) AS d (name)
WHERE NOT EXISTS (SELECT FROM ({{relations}}) AS r WHERE r.name = d.name)
UNION ALL
SELECT d.name, 'sensitive_columns: there is no such column', '-- correct the configuration'
FROM unnest({{declared_columns}}) AS d (name)
WHERE NOT EXISTS (SELECT FROM ({{sensitive_columns}}) AS s WHERE s.object = d.name)
UNION ALL
SELECT d.name, 'definer_functions: there is no such SECURITY DEFINER function', '-- correct the configuration'
FROM unnest({{definer_functions}}) AS d (name)
WHERE NOT EXISTS (SELECT FROM ({{functions}}) AS f WHERE f.signature = d.name AND f.prosecdef);
