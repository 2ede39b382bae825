-- Every object that PostgreSQL did not bring itself, in every schema and catalog: what it is, whose, its definition,
-- who may do what with it. Identifiers below 16384 are PostgreSQL's own, in whatever schema. What is part of a table
-- (keys, checks, defaults, policies, indexes, its row type) is told of the tables of PostgreSQL alone.
WITH access AS MATERIALIZED ({{access}}),
reach AS (
    SELECT s.classid, s.objid, array_agg(format('%s: %s', s.holder, s.privileges) ORDER BY s.holder) AS reach
    FROM (SELECT p.classid, p.objid, p.holder, string_agg(p.said, ', ' ORDER BY p.said) AS privileges
          FROM (SELECT a.classid, a.objid, a.holder,
                       a.privilege || coalesce(' (' || string_agg(quote_ident(a.attname), ', '
                                                                  ORDER BY a.attname COLLATE "C") || ')', '')
                       || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS said
                FROM access a
                GROUP BY a.classid, a.objid, a.holder, a.privilege, a.is_grantable, a.attname IS NULL) AS p
          GROUP BY p.classid, p.objid, p.holder) AS s
    GROUP BY s.classid, s.objid
),
members AS MATERIALIZED (
    SELECT classid, objid, refobjid AS extension FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND objsubid = 0
),
all_objects (classid, objid, owner, relation, definition) AS (
    SELECT 'pg_class'::regclass::oid, c.oid, c.relowner,
           CASE WHEN c.relispartition THEN pg_partition_root(c.oid)
                WHEN c.relkind = 'S' THEN (SELECT d.refobjid FROM pg_depend d
                                           WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                             AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
                ELSE c.oid END,
           NULL
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
       OR c.relkind IN ('i', 'I') AND EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = c.oid AND x.indrelid < 16384)
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, p.proowner, NULL, NULL
    FROM pg_proc p
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, t.typowner, NULL,
           concat_ws(' ', t.typtype, format_type(t.typbasetype, t.typtypmod), t.typinput, t.typoutput, t.typdefault,
                     (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e
                      WHERE e.enumtypid = t.oid),
                     (SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname) FROM pg_constraint k
                      WHERE k.contypid = t.oid))
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE (c.oid IS NULL OR c.relkind = 'c') AND t.typtype <> 'm'
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid, nspowner, NULL, '' FROM pg_namespace
    UNION ALL
    SELECT 'pg_language'::regclass, oid, lanowner, NULL,
           concat_ws(' ', lanplcallfoid::regproc, laninline::regproc, lanvalidator::regproc, lanpltrusted)
    FROM pg_language
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, NULL, t.tgrelid, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM pg_trigger t WHERE NOT t.tgisinternal OR t.tgrelid < 16384
    UNION ALL
    SELECT 'pg_rewrite'::regclass, w.oid, NULL, w.ev_class, pg_get_ruledef(w.oid)
    FROM pg_rewrite w WHERE w.oid >= 16384 AND (w.rulename <> '_RETURN' OR w.ev_class < 16384)
    UNION ALL
    SELECT 'pg_policy'::regclass, p.oid, NULL, p.polrelid, pg_get_expr(p.polqual, p.polrelid)
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.oid < 16384 OR c.relkind NOT IN ('r', 'p')
    UNION ALL
    SELECT 'pg_attrdef'::regclass, d.oid, NULL, d.adrelid, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.oid < 16384 OR c.relkind NOT IN ('r', 'p')
    UNION ALL
    SELECT 'pg_constraint'::regclass, k.oid, NULL, k.conrelid, pg_get_constraintdef(k.oid)
    FROM pg_constraint k
    WHERE k.conrelid <> 0 AND (k.conrelid < 16384 OR k.contype = 'x') OR k.contypid <> 0 AND k.contypid < 16384
    UNION ALL
    SELECT 'pg_operator'::regclass, o.oid, o.oprowner, NULL,
           concat_ws(' ', o.oprcode, o.oprrest, o.oprjoin, o.oprcanhash, o.oprcanmerge) FROM pg_operator o
    UNION ALL
    SELECT 'pg_cast'::regclass, c.oid, NULL, NULL, concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod)
    FROM pg_cast c
    UNION ALL
    SELECT 'pg_opclass'::regclass, o.oid, o.opcowner, NULL, concat_ws(' ', o.opcdefault, o.opckeytype::regtype)
    FROM pg_opclass o
    UNION ALL
    SELECT 'pg_opfamily'::regclass, f.oid, f.opfowner, NULL,
           concat_ws(' ', (SELECT string_agg(format('%s %s', o.amopstrategy, o.amopopr::regoperator), ', '
                                             ORDER BY o.amopstrategy, o.amopopr::regoperator::text COLLATE "C")
                           FROM pg_amop o WHERE o.amopfamily = f.oid),
                     (SELECT string_agg(format('%s %s', p.amprocnum, p.amproc::regprocedure), ', '
                                        ORDER BY p.amprocnum, p.amproc::regprocedure::text COLLATE "C")
                      FROM pg_amproc p WHERE p.amprocfamily = f.oid))
    FROM pg_opfamily f
    UNION ALL
    SELECT 'pg_amop'::regclass, oid, NULL, NULL, concat_ws(' ', amopopr::regoperator, amopstrategy) FROM pg_amop
    WHERE amopfamily < 16384
    UNION ALL
    SELECT 'pg_amproc'::regclass, oid, NULL, NULL, concat_ws(' ', amproc::regprocedure, amprocnum) FROM pg_amproc
    WHERE amprocfamily < 16384
    UNION ALL
    SELECT 'pg_am'::regclass, oid, NULL, NULL, amhandler::text FROM pg_am
    UNION ALL
    SELECT 'pg_collation'::regclass, oid, collowner, NULL,
           concat_ws(' ', collprovider, collisdeterministic, collcollate)
    FROM pg_collation
    UNION ALL
    SELECT 'pg_conversion'::regclass, oid, conowner, NULL, concat_ws(' ', conproc, condefault) FROM pg_conversion
    UNION ALL
    SELECT 'pg_transform'::regclass, oid, NULL, NULL, concat_ws(' ', trffromsql, trftosql) FROM pg_transform
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, oid, NULL, NULL, prsstart::text FROM pg_ts_parser
    UNION ALL
    SELECT 'pg_ts_template'::regclass, oid, NULL, NULL, tmpllexize::text FROM pg_ts_template
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, oid, dictowner, NULL, dictinitoption FROM pg_ts_dict
    UNION ALL
    SELECT 'pg_ts_config'::regclass, oid, cfgowner, NULL, '' FROM pg_ts_config
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, oid, stxowner, stxrelid, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, oid, evtowner, NULL,
           concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, evttags::text) FROM pg_event_trigger
    UNION ALL
    SELECT 'pg_publication'::regclass, p.oid, p.pubowner, NULL,
           concat_ws(' ', p.puballtables, (SELECT string_agg(format('%I.%I', t.schemaname, t.tablename), ', '
                                                             ORDER BY t.schemaname, t.tablename)
                                           FROM pg_publication_tables t WHERE t.pubname = p.pubname))
    FROM pg_publication p
    UNION ALL
    SELECT 'pg_subscription'::regclass, s.oid, s.subowner, NULL, '' FROM pg_subscription s
    WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL
    SELECT 'pg_extension'::regclass, oid, extowner, NULL, extversion FROM pg_extension
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, oid, fdwowner, NULL, fdwhandler::regproc::text
    FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, oid, srvowner, NULL, '' FROM pg_foreign_server
    UNION ALL
    SELECT 'pg_user_mapping'::regclass, umid, NULL, NULL, '' FROM pg_user_mappings
    UNION ALL
    SELECT 'pg_largeobject'::regclass, oid, lomowner, NULL, '' FROM pg_largeobject_metadata
    UNION ALL
    SELECT 'pg_tablespace'::regclass, oid, spcowner, NULL, '' FROM pg_tablespace
),
found AS MATERIALIZED (
    SELECT * FROM all_objects o
    WHERE o.objid >= 16384
       OR (o.classid, o.objid) IN (SELECT m.classid, m.objid FROM members m WHERE m.extension >= 16384)
)
SELECT i.type, i.identity, coalesce(n.nspname || '.' || c.relname,
                                    CASE WHEN f.classid = 'pg_proc'::regclass THEN f.objid::regprocedure::text END),
       x.extname,
       CASE WHEN f.owner = x.extowner THEN 'the extension''s owner'
            ELSE coalesce(h.name, pg_get_userbyid(f.owner)) END,
       -- Those that take long to write down, of these objects alone.
       CASE WHEN f.classid = 'pg_class'::regclass
            THEN concat_ws(' ', CASE WHEN o.relkind IN ('v', 'm') THEN pg_get_viewdef(o.oid)
                                     WHEN o.relkind IN ('i', 'I') THEN pg_get_indexdef(o.oid)
                                     ELSE t.parts END, o.reloptions::text)
            WHEN p.prokind = 'a' THEN (SELECT format('aggregate of %s, %s', g.aggtransfn, g.aggfinalfn)
                                       FROM pg_aggregate g WHERE g.aggfnoid = p.oid)
            WHEN p.oid IS NOT NULL THEN pg_get_functiondef(p.oid)
            ELSE f.definition END,
       coalesce(r.reach, '{}'),
       coalesce(p.prosecdef, false), coalesce(p.proleakproof, false)
FROM found f
CROSS JOIN LATERAL pg_identify_object(f.classid, f.objid, 0) AS i
LEFT JOIN reach r ON r.classid = f.classid AND r.objid = f.objid
LEFT JOIN pg_class c ON c.oid = f.relation
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class o ON f.classid = 'pg_class'::regclass AND o.oid = f.objid
LEFT JOIN ({{parts}}) AS t ON t.oid = o.oid
LEFT JOIN pg_proc p ON f.classid = 'pg_proc'::regclass AND p.oid = f.objid
LEFT JOIN members d ON d.classid = f.classid AND d.objid = f.objid
LEFT JOIN pg_extension x ON x.oid = CASE WHEN f.classid = 'pg_extension'::regclass THEN f.objid ELSE d.extension END
LEFT JOIN ({{holders}}) AS h ON h.oid = f.owner
-- What another session makes for itself is its own.
WHERE coalesce(i.schema, '') !~ '^pg_(toast_)?temp' AND coalesce(n.nspname, '') !~ '^pg_(toast_)?temp_'
ORDER BY i.type COLLATE "C", i.identity COLLATE "C"
