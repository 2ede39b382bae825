"""Which holes are tried: those that a red team made, always; of the others as many as wanted, by a seed."""

from __future__ import annotations

import random
from itertools import chain, zip_longest

from tests.integration.rls.audit.generated import objects, ours, own, standing
from tests.integration.rls.audit.generated.hole import DOOR, SECRET, Hole

FAMILIES = (
    *(objects.relations, objects.functions, objects.types, objects.acting),
    *(own.granted, own.changed, ours.acting_on_tables, ours.tables, ours.functions),
    *(standing.settings, standing.memberships, standing.default_privileges, standing.rights),
)
_DOOR = f"CREATE FUNCTION {{schema}}.door() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$SELECT {SECRET}$$"
# What audit, probe and check did not tell when they asked only what somebody had thought of.
NAMED = (
    Hole(
        "a superuser's view in information_schema",
        "CREATE VIEW information_schema.all_customers AS SELECT * FROM public.customers; "
        "GRANT SELECT ON information_schema.all_customers TO PUBLIC",
    ),
    Hole(
        "a definer function in pg_catalog",
        _DOOR.replace("{schema}", "pg_catalog"),
    ),
    Hole(
        "a definer function that is made an extension's member",
        _DOOR.replace("{schema}", "public") + "; ALTER EXTENSION plpgsql ADD FUNCTION public.door()",
    ),
    Hole(
        "an invoker trigger that sends a row",
        "CREATE FUNCTION public.send() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN EXECUTE format('NOTIFY door, %L', NEW.name); RETURN NEW; END$$; "
        "CREATE TRIGGER send AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION public.send()",
    ),
    Hole(
        "a materialized view over a function",
        "CREATE FUNCTION public.copied() RETURNS SETOF text LANGUAGE sql AS "
        "'SELECT name FROM public.customers'; "
        "CREATE MATERIALIZED VIEW public.copies AS SELECT * FROM public.copied(); "
        "GRANT SELECT ON public.copies TO {app}",
    ),
    Hole("statistics are granted", "GRANT SELECT ON pg_catalog.pg_statistic TO {app}"),
    Hole("password verifiers are granted", "GRANT SELECT ON pg_catalog.pg_authid TO {app}"),
    Hole(
        "settings files are granted",
        "GRANT SELECT ON pg_catalog.pg_file_settings, pg_catalog.pg_hba_file_rules TO {app}; "
        "GRANT EXECUTE ON FUNCTION pg_show_all_file_settings(), pg_hba_file_rules() TO {app}",
    ),
    Hole("an operator's function is leakproof", "ALTER FUNCTION int4div(integer, integer) LEAKPROOF"),
    Hole(
        "a view over the context keys",
        "CREATE VIEW tenancy.keys AS SELECT * FROM tenancy.context_keys; "
        "GRANT SELECT ON tenancy.keys TO {app}",
    ),
    Hole(
        "a back door in a function's body",
        f"DO $do$ BEGIN EXECUTE {DOOR.replace('{signature}', 'tenancy.bind(text)')}; END $do$",
    ),
    Hole("a column of tenants is granted", "GRANT UPDATE (subdomain) ON tenants TO {app}"),
)


def choose(seed: int, wanted: int) -> list[Hole]:
    """Return the named holes, and others of each family in turn until there are as many as wanted."""
    chance = random.Random(seed)  # noqa: S311 - whoever has the seed has the same holes
    families = [list(family()) for family in FAMILIES]
    for family in families:
        chance.shuffle(family)
    others = [hole for hole in chain.from_iterable(zip_longest(*families)) if hole is not None]
    return [*NAMED, *others][:wanted]
