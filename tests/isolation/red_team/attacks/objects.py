"""Objects of the attacker's own, others' sessions, the server."""

from __future__ import annotations

from tests.isolation.red_team.attack import Attack, unsafe

ATTACKS = (
    Attack(
        "a function in the application's schema",
        ("CREATE FUNCTION public.lower(text) RETURNS text RETURN 'eve'",),
        "GRANT CREATE ON SCHEMA public TO {app}; GRANT USAGE ON LANGUAGE sql TO {app}",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "a view of everybody's rows",
        ("CREATE VIEW public.everything AS SELECT * FROM customers",),
        "GRANT CREATE ON SCHEMA public TO {app}",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "a trigger on a table",
        (
            "CREATE TRIGGER planted BEFORE UPDATE ON customers "
            "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ),
        "GRANT TRIGGER ON customers TO {app}",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "a large object",
        ("SELECT lo_from_bytea(0, 'everybody reads this')",),
        "GRANT EXECUTE ON FUNCTION lo_from_bytea(oid, bytea) TO {app}",
        wins="accepted",
    ),
    Attack(
        "another's backend terminated",
        ("SELECT pg_terminate_backend(0)",),
        "GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO {app}",
        wins="accepted",
    ),
    Attack(
        "an advisory lock",
        ("SELECT pg_try_advisory_lock(1)",),
        "GRANT EXECUTE ON FUNCTION pg_try_advisory_lock(bigint) TO {app}",
        wins="accepted",
    ),
    Attack(
        "a function that no time-out ends",
        ("SELECT ARRAY[1] && ARRAY[1]",),
        "GRANT EXECUTE ON FUNCTION arrayoverlap(anyarray, anyarray) TO {app}",
        wins="accepted",
    ),
    Attack(
        "a file of the server read",
        ("SELECT pg_read_file('PG_VERSION')",),
        "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {app}",
        wins="accepted",
    ),
    Attack(
        "a program run on the server",
        ("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'",),
        "ALTER ROLE {app} INHERIT; GRANT pg_execute_server_program TO {app}",
        "REVOKE pg_execute_server_program FROM {app}; ALTER ROLE {app} NOINHERIT",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "what others ask the server",
        ("SELECT query FROM pg_stat_activity",),
        "GRANT SELECT ON pg_catalog.pg_stat_activity TO {app}; "
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_get_activity(integer) TO {app}",
        wins="accepted",
    ),
    Attack(
        "a reference made to a table",
        ("CREATE TABLE eve (id uuid REFERENCES services)",),
        "GRANT CREATE ON SCHEMA public TO {app}; CREATE UNIQUE INDEX ON services (id); "
        "ALTER TABLE services DROP CONSTRAINT services_pkey CASCADE; "
        "ALTER TABLE services ADD PRIMARY KEY (id); "
        "GRANT REFERENCES ON services TO {app}",
        patch=unsafe,
        wins="accepted",
    ),
)
