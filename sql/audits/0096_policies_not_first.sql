-- error: A condition of a statement may be evaluated on other tenants' rows before their policy.
-- What has the planner put policies first is called where the tenant's function is replaced by its text, and is IMMUTABLE.
SELECT f.signature, w.fault, w.repair
FROM ({{functions}}) AS f
JOIN pg_language l ON l.oid = f.prolang
CROSS JOIN LATERAL (
    VALUES (l.lanname <> 'sql', 'is not in SQL: the planner does not put its text in its place',
            '-- flask db check names the function that differs'),
           (f.prosecdef, 'is SECURITY DEFINER: the planner does not put its text in its place',
            format('ALTER FUNCTION %s SECURITY INVOKER', f.signature)),
           (f.proconfig IS NOT NULL, 'has settings of its own: the planner does not put its text in its place',
            format('ALTER FUNCTION %s RESET ALL', f.signature)),
           (NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
                          AND d.refclassid = 'pg_proc'::regclass
                          AND d.refobjid = to_regprocedure('tenancy.plan_policies_first()')),
            'does not call tenancy.plan_policies_first()', '-- flask db check names the function that differs')
    ) AS w (holds, fault, repair)
WHERE f.oid = to_regprocedure({{'tenant_function'}} || '()') AND w.holds
UNION ALL
SELECT f.signature, w.fault, w.repair
FROM ({{functions}}) AS f
CROSS JOIN LATERAL (
    VALUES (f.provolatile <> 'i', 'is not IMMUTABLE: the planner does not call it',
            format('ALTER FUNCTION %s IMMUTABLE', f.signature)),
           (f.proconfig IS NOT NULL, 'has settings of its own', format('ALTER FUNCTION %s RESET ALL', f.signature)),
           (f.prosrc <> {{'plan_policies_first'}}, 'has another text than it was released with',
            '-- flask db check names the function that differs')
    ) AS w (holds, fault, repair)
WHERE f.oid = to_regprocedure('tenancy.plan_policies_first()') AND w.holds;
