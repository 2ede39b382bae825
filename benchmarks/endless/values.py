"""Values of every type, small and large, as columns of tables of one row."""

# ruff: noqa: E501 - one statement a line
from __future__ import annotations

import sys

import psycopg

SMALL, LARGE = 100_000, 1_000_000
"""How long the large values are: those of the second table for what was quick with the first."""

_SERIES = "FROM generate_series(1, {n}) AS i"
_MARKS = r"U&'\0301\0316'"

# By type: what its values are made of, for a length n. The first ones are the first to be tried together.
SHAPES: dict[str, list[str]] = {
    "text": [
        "repeat('a', {n})",
        f"repeat({_MARKS}, {{n}} / 4)",
        "'a'",
        "(SELECT string_agg('w' || i, ' ') FROM generate_series(1, {n} / 6) AS i)",
        "repeat('%a', {n} / 2) || 'b'",
        "repeat('7', {n})",
        "repeat('a,', {n} / 2)",
        "'[' || repeat('1,', {n} / 2) || '1]'",
        "'{{' || repeat('1,', {n} / 2) || '1}}'",
        "repeat('[', 5000) || repeat(']', 5000)",
        "repeat('(a*)*', 40) || 'b'",
        "repeat('a?', 400) || repeat('a', 400)",
        "'a' || repeat(' & a', {n} / 4)",
        "'((1,2)' || repeat(',(3,4)', {n} / 6) || ')'",
        "'<a>' || repeat('<b/>', {n} / 4) || '</a>'",
        "'{{' || repeat('[1,2),', {n} / 6) || '[1,2)}}'",
        "repeat('YYYY', {n} / 4)",
        "repeat('\\001', {n} / 4)",
        "'$' || repeat('.a', {n} / 2)",
        "repeat(U&'\\03A3\\0130\\00DF ', {n} / 7)",
        *(f"'{word}'" for word in ("NFC", "UTF8", "LATIN1", "hex", "base64", "month", "UTC", "g", "9", "")),
    ],
    "int4": ["{n}", "1", "0", "2147483647", "-1"],
    "int8": ["{n}::int8", "1::int8", "9223372036854775807", "-1::int8"],
    "int2": ["1::int2", "32767::int2"],
    "numeric": [
        "repeat('9', 131000)::numeric",
        "('0.' || repeat('7', 16000))::numeric",
        "2::numeric",
        "{n}::numeric",
        "('1.' || repeat('3', 16000))::numeric",
    ],
    "float8": ["1e308::float8", "1e-308::float8", "{n}::float8", "0.5::float8"],
    "float4": ["1e38::float4", "0.5::float4"],
    "bool": ["true"],
    "char": ["'a'::\"char\""],
    "name": ["repeat('a', 63)::name"],
    "oid": ["1::oid", "2249::oid"],
    "bytea": ["convert_to(repeat('a', {n}), 'UTF8')", f"convert_to(repeat({_MARKS}, {{n}} / 4), 'UTF8')", "'a'::bytea"],
    "varbit": ["repeat('1', {n})::varbit", "B'1'::varbit", "(repeat('1', {n}) || '0')::varbit"],
    "json": ["('[' || repeat('1,', {n} / 2) || '1]')::json", "(repeat('[', 3000) || repeat(']', 3000))::json",
             "(SELECT json_object_agg(i, i) " + _SERIES + ")"],
    "jsonb": [
        "(SELECT jsonb_agg(i) " + _SERIES + ")",
        "(SELECT jsonb_agg(-i) " + _SERIES + ")",
        "(SELECT jsonb_object_agg(i, i) " + _SERIES + ")",
        "(repeat('[', 3000) || repeat(']', 3000))::jsonb",
        "to_jsonb(repeat('a', {n}))",
        "'{{}}'::jsonb",
    ],
    "jsonpath": ["'$.**'::jsonpath", "'$[*] ? (@ == $[*])'::jsonpath", "'$[*] ? (@ like_regex \"(a*)*b\")'::jsonpath",
                 "('$' || repeat('.a', 1000))::jsonpath"],
    "tsvector": ["(SELECT array_to_tsvector(array_agg('w' || i)) FROM generate_series(1, least({n}, 140000)) AS i)",
                 "to_tsvector('simple', repeat('a b ', 5000))"],
    "tsquery": ["('a' || repeat(' & a', 5000))", "('a' || repeat(' <-> a', 5000))",
                "'a'", "('a' || repeat(' | b', 5000))", "('!a' || repeat(' <2> !b', 2000))"],
    "point": ["'(1,2)'::point"],
    "line": ["'{{1,2,3}}'::line"],
    "lseg": ["'((1,2),(3,4))'::lseg"],
    "box": ["'((1,2),(3,4))'::box"],
    "circle": ["'<(1,2),3>'::circle"],
    "path": ["(SELECT ('(' || string_agg(format('(%s,%s)', i, i % 7), ',') || ')')::path " + _SERIES + ")",
             "(SELECT ('(' || string_agg(format('(%s,%s)', -i, -i % 7), ',') || ')')::path " + _SERIES + ")"],
    "polygon": ["(SELECT ('(' || string_agg(format('(%s,%s)', i, i % 7), ',') || ')')::polygon " + _SERIES + ")",
                "(SELECT ('(' || string_agg(format('(%s,%s)', i, 3 + i % 5), ',') || ')')::polygon " + _SERIES + ")"],
    "inet": ["'1.2.3.4'::inet"], "cidr": ["'1.2.3.0/24'::cidr"], "macaddr": ["'08:00:2b:01:02:03'::macaddr"],
    "macaddr8": ["'08:00:2b:01:02:03:04:05'::macaddr8"], "uuid": ["gen_random_uuid()"], "money": ["'1'::money"],
    "date": ["'2020-01-01'::date", "'5874897-12-31'::date", "'4713-01-01 BC'::date"],
    "time": ["'12:00'::time"], "timetz": ["'12:00+00'::timetz"],
    "timestamp": ["'2020-01-01'::timestamp", "'294276-12-31'::timestamp", "'4713-01-01 BC'::timestamp"],
    "timestamptz": ["'2020-01-01'::timestamptz", "'294276-12-31'::timestamptz", "'4713-01-01 BC'::timestamptz"],
    "interval": ["'1 microsecond'::interval", "'1 month'::interval", "'170000000 years'::interval"],
    "int4range": ["int4range(1, {n})"], "int8range": ["int8range(1, {n})"], "numrange": ["numrange(1, {n})"],
    "daterange": ["daterange('2020-01-01', '2021-01-01')"], "tsrange": ["tsrange('2020-01-01', '2021-01-01')"],
    "tstzrange": ["tstzrange('2020-01-01', '2021-01-01')"],
    "int4multirange": ["(SELECT range_agg(int4range(4 * i, 4 * i + 1)) " + _SERIES + ")",
                       "(SELECT range_agg(int4range(4 * i + 2, 4 * i + 3)) " + _SERIES + ")"],
    "nummultirange": ["(SELECT range_agg(numrange(4 * i, 4 * i + 1)) " + _SERIES + ")"],
    "_int4": ["(SELECT array_agg(i) " + _SERIES + ")", "(SELECT array_agg(-i) " + _SERIES + ")",
              "array_fill(1, ARRAY[{n}])", "array_fill(1, ARRAY[2, {n} / 2])", "ARRAY[1]"],
    "_int8": ["(SELECT array_agg(i::int8) " + _SERIES + ")"],
    "_text": ["(SELECT array_agg('w' || i) " + _SERIES + ")", "(SELECT array_agg('v' || i) " + _SERIES + ")",
              "array_fill(''::text, ARRAY[{n}])", "array_fill('%a%'::text, ARRAY[{n}])", "ARRAY['a']"],
    "_float8": ["(SELECT array_agg(i::float8) " + _SERIES + ")"],
    "_numeric": ["(SELECT array_agg(i::numeric) " + _SERIES + ")"],
    "_timestamp": ["(SELECT array_agg('2020-01-01'::timestamp + i * interval '1 s') " + _SERIES + ")"],
    "_tsquery": ["array_fill('a & b'::tsquery, ARRAY[{n}])"],
    "_jsonb": ["array_fill('[1]'::jsonb, ARRAY[{n}])"],
    "_char": ["array_fill('a'::\"char\", ARRAY[{n}])"],
    "int2vector": ["repeat('1 ', {n})"],
    "oidvector": ["repeat('1 ', {n})"],
    "pg_snapshot": ["(SELECT ('1:100000000:' || string_agg(i::text, ','))::pg_snapshot " + _SERIES + ")"],
    "txid_snapshot": ["(SELECT ('1:100000000:' || string_agg(i::text, ',' ))::txid_snapshot " + _SERIES + ")"],
    "pg_lsn": ["'0/1'::pg_lsn"], "xid": ["'1'::xid"], "xid8": ["'1'::xid8"], "tid": ["'(1,1)'::tid"],
    "regclass": ["'pg_class'::regclass"], "regtype": ["'int4'::regtype"], "regproc": ["'now'::regproc"],
    "regconfig": ["'english'::regconfig"], "regdictionary": ["'simple'::regdictionary"],
    "xml": ["('<a>' || repeat('<b/>', {n} / 4) || '</a>')::xml", "'<a/>'::xml"],
    "record": ["ROW((SELECT array_agg(i) " + _SERIES + "), 1)"],
}  # fmt: skip

# A record has no column of its own type, and three types are not stored out of line: they are kept as text.
_TYPES = {
    "record": "endless.pair",
    "char": '"char"',
    **dict.fromkeys(("tsquery", "int2vector", "oidvector"), "text"),
}

# Of which types the values are that a function of any type is called with.
_ANY = ["_int4", "text", "jsonb", "_text"]
ANY = {
    "anyarray": ["_int4", "_text"],
    "anycompatiblearray": ["_int4", "_text"],
    "anyelement": _ANY,
    "anycompatible": _ANY,
    "any": _ANY,
    "anynonarray": ["text", "int4", "jsonb"],
    "anycompatiblenonarray": ["text", "int4"],
    "anyrange": ["int4range"],
    "anycompatiblerange": ["int4range"],
    "anymultirange": ["int4multirange"],
    "anycompatiblemultirange": ["int4multirange"],
    "bit": ["varbit"],
    "varchar": ["text"],
    "bpchar": ["text"],
}


def columns_of(type_name: str) -> list[str]:
    """Return the columns that hold values for a parameter of a type."""
    return [
        f"{name}_{number}"
        for name in ANY.get(type_name, [type_name])
        for number in range(len(SHAPES.get(name, ())))
    ]


def grows(column: str) -> bool:
    """Tell whether a column's value is longer in the second table."""
    type_name, _, number = column.rpartition("_")
    return type_name not in {"int4", "int8", "float8"} and "{n}" in SHAPES[type_name][int(number)]


def value(column: str) -> str:
    """Return the expression that reads a column of a table of values that is called v."""
    type_name = column.rpartition("_")[0]
    return f'v."{column}"::{type_name}' if _TYPES.get(type_name) == "text" else f'v."{column}"'


def make_tables(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make the tables, one a length; a value that this server cannot make is left out."""
    connection.execute("CREATE SCHEMA endless; CREATE TYPE endless.pair AS (a int4[], b int4)")
    connection.execute("GRANT USAGE ON SCHEMA endless TO PUBLIC")
    for length in (SMALL, LARGE):
        table = f"endless.of_{length}"
        connection.execute(f"CREATE TABLE {table} (); INSERT INTO {table} DEFAULT VALUES")
        for name, shapes in SHAPES.items():
            for number, shape in enumerate(shapes):
                _add_column(connection, table, f'"{name}_{number}"', name, shape.format(n=length))
        connection.execute(f"GRANT SELECT ON {table} TO PUBLIC")


def _add_column(
    connection: psycopg.Connection[tuple[object, ...]], table: str, column: str, type_name: str, shape: str
) -> None:
    try:
        with connection.transaction():
            connection.execute(f"ALTER TABLE {table} ADD {column} {_TYPES.get(type_name, type_name)}")
            connection.execute(f"UPDATE {table} SET {column} = {shape}")
    except psycopg.Error as error:
        print(f"no value {column}: {error.diag.message_primary}", file=sys.stderr)
