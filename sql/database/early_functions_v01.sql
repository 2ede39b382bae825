-- What the planner would let go before a policy where it costs little: what is leakproof, and what converts an array's
-- elements or compares in CASE ... WHEN. There it sees no column below a function, and takes any for harmless.
SELECT p.oid, p.procost FROM pg_catalog.pg_proc p
WHERE p.proleakproof
   OR EXISTS (SELECT FROM pg_catalog.pg_operator o WHERE o.oprname = '=' AND o.oprcode = p.oid)
   OR EXISTS (SELECT FROM pg_catalog.pg_cast c WHERE c.castfunc = p.oid)
   OR EXISTS (SELECT FROM pg_catalog.pg_type t WHERE p.oid IN (t.typinput, t.typoutput))
