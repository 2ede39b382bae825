"""What is declared, changed: tables, functions, schemas, and what acts on tables."""

from __future__ import annotations

from collections.abc import Iterator

from tenantapp.models.functions import FUNCTIONS, function_name
from tests.integration.rls.audit.generated.hole import DOOR, GRANTEES, SCHEMAS, SCOPED, SECRET, TABLES, Hole

_NOTIFYING = (
    "CREATE FUNCTION {schema}.send() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN NOTIFY door, 'x'; RETURN NEW; END$$; "
)
_DEFINING = _NOTIFYING.replace("plpgsql", "plpgsql SECURITY DEFINER")
_TELLS = "CREATE TRIGGER send {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {schema}.send()"
TRIGGERS = {
    "sends each row": _NOTIFYING + _TELLS.replace("{when}", "AFTER INSERT").replace("{each}", "ROW"),
    "changes each row": _NOTIFYING + _TELLS.replace("{when}", "BEFORE UPDATE").replace("{each}", "ROW"),
    "copies past policies": _DEFINING + _TELLS.replace("{when}", "AFTER DELETE").replace("{each}", "ROW"),
    "is told of statements": _NOTIFYING
    + _TELLS.replace("{when}", "AFTER UPDATE").replace("{each}", "STATEMENT"),
    "waits for the end": _NOTIFYING
    + _TELLS.replace("CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER")
    .replace("{when}", "AFTER INSERT")
    .replace("FOR EACH {each}", "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"),
    "rewrites": "CREATE RULE send AS ON DELETE TO {table} DO INSTEAD NOTHING",
    "rewrites beside": "CREATE RULE send AS ON INSERT TO {table} DO ALSO NOTIFY door",
}
TABLE_WAYS = {
    "is not forced": "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "is not secured": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "has no fence": "DROP POLICY {table}_tenant_fence ON {table}",
    "has an open policy": "CREATE POLICY open ON {table} USING (true)",
    "has an open policy for some": "CREATE POLICY open ON {table} FOR SELECT TO {app} USING (status = 'x')",
    "fences less": "ALTER POLICY {table}_tenant_fence ON {table} USING (true)",
    "isolates less": "ALTER POLICY {table}_tenant_isolation ON {table} "
    "USING (tenant_id = (SELECT tenancy.current_tenant_id()) OR row_version > 9)",
    "is another's": "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "has a default that tells": "CREATE FUNCTION public.tells() RETURNS text LANGUAGE sql AS $$SELECT 'x'$$; "
    "ALTER TABLE {table} ALTER id SET DEFAULT md5(public.tells())::uuid",
    "has a column more": "ALTER TABLE {table} ADD hole text DEFAULT current_user",
    "has a kept column more": "ALTER TABLE {table} ADD hole int GENERATED ALWAYS AS (row_version + 1) STORED",
    "has an index more": "CREATE INDEX hole ON {table} ((row_version::text))",
    "has a unique key more": "ALTER TABLE {table} ADD CONSTRAINT hole UNIQUE (id)",
    "has a check more": "ALTER TABLE {table} ADD CONSTRAINT hole CHECK (row_version < 1000000)",
    "excludes": "ALTER TABLE {table} ADD CONSTRAINT hole EXCLUDE USING btree (id WITH =)",
    "has a child": "CREATE TABLE public.hole () INHERITS ({table}); GRANT SELECT ON public.hole TO {app}",
    "lets a stranger refer": "GRANT REFERENCES ON {table} TO {app}",
    "can be emptied": "GRANT TRUNCATE ON {table} TO {app}",
    "takes triggers": "GRANT TRIGGER ON {table} TO PUBLIC",
    "is given on": "GRANT SELECT ON {table} TO {app} WITH GRANT OPTION",
    "is everyone's": "GRANT SELECT ON {table} TO PUBLIC",
    "has a column that is everyone's": "GRANT SELECT (id) ON {table} TO PUBLIC",
    "is the operator's": "GRANT SELECT ON {table} TO {platform}",
    "is the sealer's": "GRANT SELECT ON {table} TO {sealer}",
    "has a column that is the directory's": "GRANT UPDATE (id) ON {table} TO {directory}",
    "counts its rows": "ALTER TABLE {table} ADD number bigint GENERATED ALWAYS AS IDENTITY",
}
FUNCTION_WAYS = {
    "has a back door": f"DO $do$ BEGIN EXECUTE {DOOR.replace('{signature}', '{function}')}; END $do$",
    "is another's": "ALTER FUNCTION {function} OWNER TO CURRENT_USER",
    "is everyone's": "GRANT EXECUTE ON FUNCTION {function} TO PUBLIC",
    "is given on": "GRANT EXECUTE ON FUNCTION {function} TO {app} WITH GRANT OPTION",
    "is leakproof": "ALTER FUNCTION {function} LEAKPROOF",
    "has other settings": "ALTER FUNCTION {function} SET work_mem = '1GB'",
    "is an extension's": "ALTER EXTENSION plpgsql ADD FUNCTION {function}; "
    "GRANT EXECUTE ON FUNCTION {function} TO PUBLIC",
}


def acting_on_tables() -> Iterator[Hole]:
    """Yield triggers and rules on each table, whose functions are in each schema in turn."""
    for number, table in enumerate(TABLES):
        for way, made in TRIGGERS.items():
            schema = SCHEMAS[number % len(SCHEMAS)]
            yield Hole(f"{table} {way}", made.replace("{table}", table).replace("{schema}", schema))


def tables() -> Iterator[Hole]:
    """Yield tenants' tables that are not as declared, and others that are given out."""
    for table in SCOPED:
        for way, made in TABLE_WAYS.items():
            if "status" not in made or table in ("customers", "services", "users", "deployments"):
                yield Hole(f"{table} {way}", made.replace("{table}", table))
    for grantee in GRANTEES:
        for column in ("subdomain", "epoch", "status"):
            yield Hole(f"tenants.{column} to {grantee}", f"GRANT UPDATE ({column}) ON tenants TO {grantee}")
        for table in ("control.directory", "control.databases", "tenancy.context_keys"):
            yield Hole(f"{table} to {grantee}", f"GRANT SELECT ON {table} TO {grantee}")
            yield Hole(f"{table} to {grantee} to write", f"GRANT INSERT ON {table} TO {grantee}")


def functions() -> Iterator[Hole]:
    """Yield functions of ours that are not as released."""
    for function in FUNCTIONS:
        for way, made in FUNCTION_WAYS.items():
            name = function_name(function.signature)
            yield Hole(f"{name} {way}", made.replace("{function}", function.signature))
    other = "CREATE FUNCTION tenancy.find_tenant(wanted uuid) RETURNS text LANGUAGE sql AS "
    yield Hole("find_tenant of other arguments", f"{other} $$SELECT {SECRET}$$")
