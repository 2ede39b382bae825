-- What the planner would let go before a policy where it costs little: what is leakproof, and what converts an array's
-- elements or compares in CASE ... WHEN. There it sees no column below a function, and takes any for harmless.
SELECT p.oid, p.procost FROM pg_catalog.pg_proc p
WHERE p.proleakproof
   OR p.oid IN (SELECT o.oprcode FROM pg_catalog.pg_operator o WHERE o.oprname = '='
                UNION ALL SELECT c.castfunc FROM pg_catalog.pg_cast c
                UNION ALL SELECT t.typinput FROM pg_catalog.pg_type t
                UNION ALL SELECT t.typoutput FROM pg_catalog.pg_type t)
