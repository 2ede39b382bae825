"""All that migrations make, as the catalog tells it: two equal snapshots are two equal schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tenantapp.rls.catalog import spelled_once

_Object = dict[str, Any]
Snapshot = dict[str, list[_Object]]

# An object is known by those of them that it has.
_NAMES = ("schema", "role", "relation", "name", "kind", "on")

_OURS = "ANY ('{public,control,tenancy}'::regnamespace[])"
_ACL = "ARRAY(SELECT a::text FROM unnest(coalesce({acl}, acldefault('{kind}', {owner}))) AS a ORDER BY 1)"

_QUERIES = {
    "schemas": f"""
        SELECT n.nspname AS name, n.nspowner::regrole::text AS owner,
               {_ACL.format(acl="n.nspacl", kind="n", owner="n.nspowner")} AS acl
        FROM pg_namespace n WHERE n.oid = {_OURS} ORDER BY 1""",
    "relations": f"""
        SELECT c.oid::regclass::text AS name, c.relkind::text AS kind, c.relpersistence::text AS persistence,
               c.relowner::regrole::text AS owner, c.relrowsecurity AS rls, c.relforcerowsecurity AS forced,
               c.reloptions AS options, obj_description(c.oid) AS comment,
               {_ACL.format(acl="c.relacl", kind="r", owner="c.relowner")} AS acl
        FROM pg_class c WHERE c.relnamespace = {_OURS} ORDER BY 1""",
    "columns": f"""
        SELECT a.attrelid::regclass::text AS relation,
               row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS position, a.attname AS name,
               format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
               pg_get_expr(d.adbin, d.adrelid) AS default, a.attidentity::text AS identity,
               a.attgenerated::text AS generated, a.attcollation::regcollation::text AS collation,
               a.attacl::text AS acl
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = {_OURS} AND a.attnum > 0 AND NOT a.attisdropped
          -- An index keeps the former name of a column that is renamed; its definition shows the present one.
          AND c.relkind NOT IN ('i', 'I') ORDER BY 1, 2""",
    "constraints": f"""
        SELECT k.conrelid::regclass::text AS relation, k.conname AS name, k.convalidated AS validated,
               pg_get_constraintdef(k.oid) AS definition
        FROM pg_constraint k WHERE k.connamespace = {_OURS} ORDER BY 1, 2""",
    "indexes": f"""
        SELECT pg_get_indexdef(x.indexrelid) AS definition, x.indisvalid AS valid
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid WHERE c.relnamespace = {_OURS} ORDER BY 1""",
    "views": f"""
        SELECT c.oid::regclass::text AS name, pg_get_viewdef(c.oid) AS definition
        FROM pg_class c WHERE c.relnamespace = {_OURS} AND c.relkind IN ('v', 'm') ORDER BY 1""",
    "policies": """
        SELECT p.polrelid::regclass::text AS relation, p.polname AS name, p.polcmd::text AS command,
               p.polpermissive AS permissive, p.polroles::text AS roles,
               pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
        FROM pg_policy p ORDER BY 1, 2""",
    "triggers": """
        SELECT pg_get_triggerdef(t.oid) AS definition FROM pg_trigger t
        WHERE NOT t.tgisinternal ORDER BY 1""",
    "functions": f"""
        SELECT p.oid::regprocedure::text AS name, p.proowner::regrole::text AS owner, p.prosrc AS source,
               pg_get_functiondef(p.oid) AS definition,
               {_ACL.format(acl="p.proacl", kind="f", owner="p.proowner")} AS acl
        FROM pg_proc p WHERE p.pronamespace = {_OURS} ORDER BY 1""",
    "types": f"""
        SELECT t.oid::regtype::text AS name, t.typtype::text AS kind
        FROM pg_type t WHERE t.typnamespace = {_OURS} ORDER BY 1""",
    "comments": f"""
        SELECT pg_describe_object(d.classoid, d.objoid, d.objsubid) AS on, d.description AS comment
        FROM pg_description d
        LEFT JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
        LEFT JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
        WHERE coalesce(c.relnamespace, k.connamespace) = {_OURS} ORDER BY 1""",
    "extensions": "SELECT e.extname AS name, e.extversion AS version FROM pg_extension e ORDER BY 1",
    "default_privileges": """
        SELECT a.defaclrole::regrole::text AS role, a.defaclnamespace::regnamespace::text AS schema,
               a.defaclobjtype::text AS kind, a.defaclacl::text AS acl
        FROM pg_default_acl a ORDER BY 1, 2, 3""",
}


def take_snapshot(connection: Connection) -> Snapshot:
    """Return the whole schema, by kind of object."""
    return {
        kind: [dict(row) for row in connection.execute(sa.text(query)).mappings()]
        for kind, query in _QUERIES.items()
    }


def comparable(snapshot: Snapshot) -> Snapshot:
    """Return a schema but for the order of columns, and with one spelling of IN over varchar.

    A column that is made anew comes last, and the server shows a check otherwise that was made from its text.
    """
    columns = [{**column, "position": 0} for column in snapshot["columns"]]
    spelled = {
        kind: [{**item, "definition": spelled_once(item["definition"])} for item in snapshot[kind]]
        for kind in ("constraints", "indexes", "views")
    }
    policies = [
        {**item, **{clause: item[clause] and spelled_once(item[clause]) for clause in ("using", "check")}}
        for item in snapshot["policies"]
    ]
    return {**snapshot, "columns": columns, "policies": policies, **spelled}


def differences(found: Snapshot, wanted: Snapshot) -> list[str]:
    """Return in what a schema is not what it should be: an object missing, one too many, or one otherwise."""
    return [line for kind in found for line in _differences(kind, found[kind], wanted[kind])]


def _differences(kind: str, found: list[_Object], wanted: list[_Object]) -> Iterator[str]:
    some, others = ({_identity(item): item for item in items} for items in (found, wanted))
    for identity in {**some, **others}:
        one, other = some.get(identity), others.get(identity)
        name = f"{kind}: {'.'.join(map(str, identity))}"
        if one is None:
            yield f"{name} is missing"
        elif other is None:
            yield f"{name} is there, and should not be"
        else:
            yield from (
                f"{name}: {key} is {one[key]!r}, not {other[key]!r}" for key in one if one[key] != other[key]
            )


def _identity(item: _Object) -> tuple[Any, ...]:
    """Return what an object is known by; one without a name is known by all that it is."""
    named = tuple(item[key] for key in _NAMES if key in item)
    return named or tuple(item.values())
