"""Objects that nobody declared: kinds, in each schema, for each grantee, in several ways."""

from __future__ import annotations

from collections.abc import Iterator

from tests.integration.rls.audit.generated.hole import GRANTEES, SCHEMAS, SECRET, Hole

_SERVER = "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER far FOREIGN DATA WRAPPER far; "
_COPY = (
    "CREATE FUNCTION {schema}.copied() RETURNS SETOF text LANGUAGE sql AS "
    "'SELECT name FROM public.customers'; "
)
RELATIONS = {
    "table": ("CREATE TABLE {at} AS SELECT * FROM customers", "SELECT"),
    "table to write": ("CREATE TABLE {at} (a text)", "INSERT"),
    "partitioned table": ("CREATE TABLE {at} (a text) PARTITION BY LIST (a)", "SELECT"),
    "view": ("CREATE VIEW {at} AS SELECT * FROM customers", "SELECT"),
    "view over the keys": ("CREATE VIEW {at} AS SELECT * FROM tenancy.context_keys", "SELECT"),
    "view over statistics": ("CREATE VIEW {at} AS SELECT * FROM pg_catalog.pg_stats", "SELECT"),
    "view over passwords": ("CREATE VIEW {at} AS SELECT * FROM pg_catalog.pg_authid", "SELECT"),
    "materialized view": ("CREATE MATERIALIZED VIEW {at} AS SELECT * FROM customers", "SELECT"),
    "materialized view over a function": (
        _COPY + "CREATE MATERIALIZED VIEW {at} AS SELECT * FROM {schema}.copied()",
        "SELECT",
    ),
    "sequence": ("CREATE SEQUENCE {at}", "USAGE"),
    "foreign table": (_SERVER + "CREATE FOREIGN TABLE {at} (a text) SERVER far", "SELECT"),
}
_FUNCTION = "CREATE FUNCTION {at}() RETURNS text LANGUAGE "
FUNCTIONS = {
    "definer function": _FUNCTION + f"sql SECURITY DEFINER AS $$SELECT {SECRET}$$",
    "definer function in plpgsql": _FUNCTION + f"plpgsql SECURITY DEFINER AS $$BEGIN RETURN {SECRET}; END$$",
    "function": _FUNCTION + "sql AS $$SELECT 'x'$$",
    "leakproof function": _FUNCTION + "plpgsql LEAKPROOF COST 0.0001 AS $$BEGIN RETURN 'x'; END$$",
    "trigger function": "CREATE FUNCTION {at}() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RETURN NEW; END$$",
    "internal function": "CREATE FUNCTION {at}(text) RETURNS bytea LANGUAGE internal AS "
    "'pg_read_binary_file_all'",
    "procedure": "CREATE PROCEDURE {at}() LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM customers'",
    "aggregate": "CREATE AGGREGATE {at} (int) (sfunc = int4pl, stype = int)",
}
TYPES = {
    "enumeration": "CREATE TYPE {at} AS ENUM ('a')",
    "domain": "CREATE DOMAIN {at} AS text CHECK (length(VALUE) < 9)",
    "composite type": "CREATE TYPE {at} AS (a text)",
    "range type": "CREATE TYPE {at} AS RANGE (subtype = int)",
    "shell type": "CREATE TYPE {at}",
}
ACTING = {
    "operator": "CREATE OPERATOR {schema}.=== (leftarg = int, rightarg = int, function = int4eq)",
    "cheap operator": "CREATE OPERATOR {schema}.<<<< (leftarg = text, rightarg = text, function = texteq, "
    "restrict = eqsel)",
    "operator family": "CREATE OPERATOR FAMILY {at} USING btree",
    "operator class": "CREATE OPERATOR CLASS {at} FOR TYPE int USING btree AS OPERATOR 1 <, "
    "OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int)",
    "collation": 'CREATE COLLATION {at} FROM "C"',
    "conversion": "CREATE CONVERSION {at} FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
    "text search configuration": "CREATE TEXT SEARCH CONFIGURATION {at} (COPY = simple)",
    "text search dictionary": "CREATE TEXT SEARCH DICTIONARY {at} (TEMPLATE = simple)",
    "text search template": "CREATE TEXT SEARCH TEMPLATE {at} (LEXIZE = dsimple_lexize)",
    "text search parser": "CREATE TEXT SEARCH PARSER {at} (START = prsd_start, GETTOKEN = prsd_nexttoken, "
    "END = prsd_end, LEXTYPES = prsd_lextype)",
    "statistics": "CREATE STATISTICS {at} ON tenant_id, status FROM public.customers",
}


def relations() -> Iterator[Hole]:
    """Yield each kind of relation in each schema, granted to each grantee, whole and by column."""
    for kind, (made, privilege) in RELATIONS.items():
        for schema in SCHEMAS:
            for grantee in GRANTEES:
                at = f"{schema}.hole"
                given = f"{_at(made, schema)}; GRANT {privilege} ON {at} TO {grantee}"
                yield Hole(f"{kind} in {schema} for {grantee}", given)


def functions() -> Iterator[Hole]:
    """Yield each kind of function in each schema, executable by everyone, and as an extension's member."""
    for kind, made in FUNCTIONS.items():
        word = kind.rpartition(" ")[2] if kind in ("procedure", "aggregate") else "function"
        arguments = {"aggregate": "(int)", "internal function": "(text)"}.get(kind, "()")
        for schema in SCHEMAS:
            created = _at(made, schema)
            yield Hole(f"{kind} in {schema}", created)
            member = f"{created}; ALTER EXTENSION plpgsql ADD {word} {schema}.hole{arguments}"
            yield Hole(f"{kind} in {schema} as an extension's member", member)


def types() -> Iterator[Hole]:
    """Yield each kind of type in each schema."""
    for kind, made in TYPES.items():
        for schema in SCHEMAS:
            yield Hole(f"{kind} in {schema}", _at(made, schema))


def acting() -> Iterator[Hole]:
    """Yield objects that no privilege guards, in each schema, and those that have none."""
    for kind, made in ACTING.items():
        for schema in SCHEMAS:
            yield Hole(f"{kind} in {schema}", _at(made, schema))
    for name, made in _WITHOUT_SCHEMA.items():
        yield Hole(name, made)


_EVENT = (
    "CREATE FUNCTION public.told() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN NOTIFY door; END$$; "
    "CREATE EVENT TRIGGER told ON {event} EXECUTE FUNCTION public.told()"
)
_CASTING = "CREATE FUNCTION public.cast_it(customers) RETURNS text LANGUAGE sql AS 'SELECT $1.name'; "
_WITHOUT_SCHEMA = {
    **{
        f"event trigger on {event}": _EVENT.replace("{event}", event)
        for event in ("ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite")
    },
    "cast of a row": _CASTING + "CREATE CAST (customers AS text) WITH FUNCTION public.cast_it(customers)",
    "implicit cast": "CREATE CAST (uuid AS text) WITH INOUT AS IMPLICIT",
    "binary cast": "CREATE CAST (bytea AS text) WITHOUT FUNCTION AS IMPLICIT",
    "access method": "CREATE ACCESS METHOD heap_again TYPE TABLE HANDLER heap_tableam_handler",
    "index access method": "CREATE ACCESS METHOD tree_again TYPE INDEX HANDLER bthandler",
    "language": "CREATE LANGUAGE plagain HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler",
    "trusted language": "CREATE TRUSTED LANGUAGE plagain HANDLER plpgsql_call_handler",
    "publication of all tables": "CREATE PUBLICATION told FOR ALL TABLES",
    "publication of a table": "CREATE PUBLICATION told FOR TABLE customers",
    "publication of a schema": "CREATE PUBLICATION told FOR TABLES IN SCHEMA public",
    "empty publication": "CREATE PUBLICATION told",
    "subscription": "CREATE SUBSCRIPTION told CONNECTION 'dbname=x' PUBLICATION told "
    "WITH (connect = false, slot_name = NONE)",
    "foreign-data wrapper": "CREATE FOREIGN DATA WRAPPER far; "
    "GRANT USAGE ON FOREIGN DATA WRAPPER far TO PUBLIC",
    "foreign server": _SERVER + "GRANT USAGE ON FOREIGN SERVER far TO {app}",
    "user mapping": _SERVER + "CREATE USER MAPPING FOR PUBLIC SERVER far",
    "schema": "CREATE SCHEMA stray; GRANT USAGE ON SCHEMA stray TO PUBLIC",
    "schema to create in": "CREATE SCHEMA stray; GRANT ALL ON SCHEMA stray TO {app}",
    "large object": "SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC",
    "large object to write": "SELECT lo_create(4711); GRANT UPDATE ON LARGE OBJECT 4711 TO {app}",
    "transform": "CREATE FUNCTION public.from_it(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS "
    "'int4_accum'; CREATE TRANSFORM FOR int LANGUAGE plpgsql "
    "(FROM SQL WITH FUNCTION public.from_it(internal))",
    "operator in a family of PostgreSQL's": "ALTER OPERATOR FAMILY integer_ops USING hash "
    "ADD OPERATOR 1 = (money, money)",
}


def _at(made: str, schema: str) -> str:
    return made.replace("{at}", f"{schema}.hole").replace("{schema}", schema)
