-- Digests of what PostgreSQL brings itself, in 16 parts a kind, and of each part what was written last. Privileges
-- and owners are not in it; nor are the collations of the operating system.
WITH own (kind, identity, said, age) AS (
    SELECT 'function', p.oid::regprocedure::text,
           concat_ws('|', p.prorettype::regtype,
                     (SELECT l.lanname FROM pg_language l WHERE l.oid = p.prolang), p.prokind, p.prosecdef,
                     p.proleakproof, p.proisstrict,
                     p.proretset, p.provolatile, p.proparallel, p.prosupport, p.prosrc, p.probin, p.prosqlbody IS NULL,
                     p.procost,
                     pg_get_function_arg_default(p.oid, p.pronargs), p.prorows),
           age(p.xmin)
    FROM pg_proc p WHERE p.oid < 16384
    UNION ALL
    SELECT 'aggregate', a.aggfnoid::regprocedure::text,
           concat_ws('|', a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn,
                     a.aggsortop::regoperator, a.agginitval), age(a.xmin)
    FROM pg_aggregate a WHERE a.aggfnoid::oid < 16384
    UNION ALL
    SELECT 'operator', o.oid::regoperator::text,
           concat_ws('|', o.oprcode, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash, o.oprcom::regoperator,
                     o.oprnegate::regoperator), age(o.xmin)
    FROM pg_operator o WHERE o.oid < 16384
    UNION ALL
    SELECT 'cast', format('%s to %s', c.castsource::regtype, c.casttarget::regtype),
           concat_ws('|', c.castfunc::regprocedure, c.castcontext, c.castmethod), age(c.xmin)
    FROM pg_cast c WHERE c.oid < 16384
    UNION ALL
    SELECT 'type', t.oid::regtype::text,
           concat_ws('|', t.typtype, t.typlen, t.typbyval, t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin,
                     t.typanalyze, t.typdefault, t.typbasetype::regtype,
                     t.typsubscript), age(t.xmin)
    FROM pg_type t WHERE t.oid < 16384 AND t.typrelid = 0
    UNION ALL
    SELECT 'operator class', format('%s of %s on %s', o.opcname, a.amname, o.opcintype::regtype),
           concat_ws('|', o.opcdefault, o.opckeytype::regtype), age(o.xmin)
    FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod WHERE o.oid < 16384
    UNION ALL
    SELECT 'operator of a family', format('%s of %s %s', o.amopopr::regoperator, o.amopmethod, f.opfname),
           concat_ws('|', o.amopstrategy, o.amoppurpose), age(o.xmin)
    FROM pg_amop o JOIN pg_opfamily f ON f.oid = o.amopfamily WHERE o.oid < 16384
    UNION ALL
    SELECT 'function of a family', format('%s of %s %s: %s %s', p.amprocnum, f.opfmethod, f.opfname,
                                          p.amproclefttype::regtype, p.amprocrighttype::regtype),
           p.amproc::regprocedure::text, age(p.xmin)
    FROM pg_amproc p JOIN pg_opfamily f ON f.oid = p.amprocfamily WHERE p.oid < 16384
    UNION ALL
    SELECT 'access method', a.amname, a.amhandler::text, age(a.xmin) FROM pg_am a WHERE a.oid < 16384
    UNION ALL
    SELECT 'language', l.lanname, concat_ws('|', l.lanpltrusted, l.lanplcallfoid::regproc, l.laninline::regproc,
                                            l.lanvalidator::regproc), age(l.xmin)
    FROM pg_language l WHERE l.oid < 16384
    UNION ALL
    SELECT 'conversion', c.conname, concat_ws('|', c.conproc, c.condefault, c.conforencoding, c.contoencoding),
           age(c.xmin)
    FROM pg_conversion c WHERE c.oid < 16384
    UNION ALL
    SELECT 'collation', c.collname, concat_ws('|', c.collprovider, c.collisdeterministic, c.collcollate), age(c.xmin)
    FROM pg_collation c WHERE c.oid < 12000
    UNION ALL
    SELECT 'text search', format('dictionary %s', d.dictname), concat_ws('|', t.tmplname, d.dictinitoption), age(d.xmin)
    FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate WHERE d.oid < 16384
    UNION ALL
    SELECT 'text search', format('template %s', t.tmplname), concat_ws('|', t.tmplinit, t.tmpllexize), age(t.xmin)
    FROM pg_ts_template t WHERE t.oid < 16384
    UNION ALL
    SELECT 'text search', format('parser %s', p.prsname),
           concat_ws('|', p.prsstart, p.prstoken, p.prsend, p.prsheadline, p.prslextype), age(p.xmin)
    FROM pg_ts_parser p WHERE p.oid < 16384
    UNION ALL
    SELECT 'view', c.oid::regclass::text, concat_ws('|', pg_get_viewdef(c.oid), c.reloptions), age(c.xmin)
    FROM pg_class c WHERE c.oid < 16384 AND c.relkind = 'v'
    UNION ALL
    SELECT 'extension', x.extname,
           concat_ws('|', x.extversion,
                     (SELECT string_agg(m.said, ',' ORDER BY m.said COLLATE "C")
                      FROM (SELECT pg_describe_object(d.classid, d.objid, 0) AS said FROM pg_depend d
                            WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid
                              AND d.deptype = 'e' AND d.objid < 16384) AS m)),
           age(x.xmin)
    FROM pg_extension x WHERE x.oid < 16384
    UNION ALL
    SELECT 'first privileges', format('of %s', pg_describe_object(i.classoid, i.objoid, i.objsubid)),
           (SELECT string_agg(format('%s=%s', CASE g.grantee WHEN 0 THEN 'PUBLIC' WHEN 10 THEN 'superuser'
                                                   ELSE pg_get_userbyid(g.grantee) END, g.privilege_type), ','
                              ORDER BY g.grantee, g.privilege_type COLLATE "C")
            FROM aclexplode(i.initprivs) AS g), age(i.xmin)
    FROM pg_init_privs i
    WHERE i.privtype = 'i' AND i.objoid < 16384 AND i.classoid IN ('pg_class'::regclass, 'pg_proc'::regclass)
)
SELECT o.kind, left(md5(o.identity), 1),
       left(md5(string_agg(o.identity || E'\n' || coalesce(o.said, ''), E'\n' ORDER BY o.identity COLLATE "C")), 16),
       (array_agg(o.identity ORDER BY o.age, o.identity COLLATE "C"))[1]
FROM own o GROUP BY 1, 2 ORDER BY o.kind COLLATE "C", 2
