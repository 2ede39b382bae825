-- Each USING and WITH CHECK of the scoped tables' policies, and of which kind it is. The server renders expressions
-- with every parenthesis, so texts tell them apart: what begins with the isolation and AND cannot be an OR.
SELECT c.*, CASE
    WHEN c.text ~ '(^|\mOR )\(*(true|(\d+|''[^'']*''(::\w+)?) = \3)\)*($| OR\M)' THEN 'always true'
    WHEN c.text ~ '^\(*(false|1 = 0|0 = 1)\)*$' THEN 'always false'
    WHEN c.polpermissive AND c.text ~ (c.context || '\)* (IS NULL|= ''''::text)') THEN 'open without context'
    WHEN c.text ~ '\mcurrent_setting\(' THEN 'reads a setting'
    WHEN c.text = c.predicate THEN 'tenant'
    WHEN (NOT c.polpermissive OR starts_with(c.text, '(' || c.predicate || ' AND '))
         AND c.text ~ '\m(CURRENT_USER|SESSION_USER|CURRENT_ROLE|USER|pg_has_role)\M' THEN 'by role'
    WHEN NOT c.polpermissive THEN 'further'
    WHEN c.text ~ format('(?<!\w)%s IS NULL', c.key_pattern) THEN 'shared rows'
    WHEN starts_with(c.text, '(' || c.predicate || ' AND ') THEN 'tenant'
    WHEN c.text ~ format('((?<!\w)%1$s::|\(%1$s\))', c.key_pattern) THEN 'casts'
    WHEN c.text ~ (c.call || '\(\)') AND c.text ~ ('(?<!SELECT )' || c.call || '\(\)') THEN 'not in a sub-select'
    WHEN c.text !~ (c.call || '\(\)') THEN 'without the tenant'
    ELSE 'drifted' END AS kind
FROM (
    SELECT p.*, t.name AS table_name, t.key, t.predicate, format('%I on %s', p.polname, t.name) AS object,
           e.clause, e.text, t.is_child,
           format('%s is %s', e.clause, e.text) AS detail,
           n.key_pattern, n.call,
           format('(%s\(\)|(?<!\w)%s|current_setting\([^)]*\))', n.call, regexp_replace(n.call, '^.*\.', ''))
               AS context,
           format('ALTER POLICY %I ON %s%s%s', p.polname, t.name,
                  CASE WHEN p.polqual IS NOT NULL THEN format(' USING (%s)', n.written) END,
                  CASE WHEN p.polcmd IN ('*', 'w', 'a') THEN format(' WITH CHECK (%s)', n.written) END) AS repair
    FROM pg_policy p
    JOIN ({{scoped_tables}}) AS t ON t.oid = p.polrelid
    CROSS JOIN LATERAL (VALUES ('USING', pg_get_expr(p.polqual, p.polrelid)),
                               ('WITH CHECK', pg_get_expr(p.polwithcheck, p.polrelid))) AS v (clause, shown)
    -- What a fence is wrapped in does not change what it says.
    CROSS JOIN LATERAL (SELECT v.clause, CASE WHEN p.polpermissive THEN v.shown
                                              ELSE regexp_replace(v.shown, '^COALESCE\((.*), false\)$', '\1') END)
               AS e (clause, text)
    -- The names as they stand in a regular expression.
    CROSS JOIN LATERAL (SELECT regexp_replace(quote_ident(t.key), '(\W)', '\\\1', 'g') AS key_pattern,
                               regexp_replace({{'tenant_function'}}, '(\W)', '\\\1', 'g') AS call,
                               CASE WHEN p.polpermissive THEN t.written ELSE t.fence END AS written) AS n
    WHERE e.text IS NOT NULL) AS c
