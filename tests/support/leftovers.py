"""Every setting that the application's role may leave itself, with extreme values, and whoever comes next."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import psycopg
from psycopg import sql

from tenantapp.postgres.opening import pool_for
from tenantapp.postgres.sql_files import compose
from tenantapp.settings.load import Settings
from tenantapp.tenancy.context import TenantContext
from tests.support.backends import begin_bound
from tests.support.databases import LIMITS, Server
from tests.support.network import proxy
from tests.support.tenants import make_tenant

# The server shows these to nobody.
_HIDDEN = ("role", "session_authorization", "seed")
_TEXTS = (
    "",
    "absent",
    "none",
    "off",
    "on",
    "0",
    "-1",
    "1GB",
    "C",
    '"',
    "a'b\\",
    "$user",
    "pg_temp",
    "x" * 100_000,
)
# By a setting's name: what it takes that others refuse.
_WORDS = {
    "TimeZone": ("Asia/Tokyo", "Etc/GMT+12"),
    "DateStyle": ("German, DMY", "SQL, MDY", "Postgres"),
    "default_text_search_config": ("pg_catalog.simple", "german"),
    "createrole_self_grant": ("set, inherit",),
    "restrict_nonsystem_relation_kind": ("view", "view, foreign-table"),
    "timezone_abbreviations": ("Australia", "India"),
    "plpgsql.extra_errors": ("all", "too_many_rows"),
    "plpgsql.extra_warnings": ("all",),
}
_ENCODINGS = """
    SELECT DISTINCT pg_encoding_to_char(n) FROM generate_series(0, 50) AS n WHERE pg_encoding_to_char(n) <> ''
"""
_SETTINGS = """
    SELECT name, vartype, min_val, max_val, coalesce(enumvals, '{}')
    FROM pg_settings WHERE context = 'user' ORDER BY name
"""
_LEFT = """
    SELECT c.setting FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS c (setting)
    WHERE s.setrole = session_user::regrole AND c.setting NOT LIKE 'temp\\_file\\_limit=%'
      AND NOT coalesce('NO_RESET' = ANY (pg_settings_get_flags(split_part(c.setting, '=', 1))), false)
      AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
_MODES = (
    "",
    "BEGIN ISOLATION LEVEL SERIALIZABLE",
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE DEFERRABLE",
)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A setting, and what to leave the role."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name} = {self.value[:40]!r}"


@dataclass(slots=True)
class Served:
    """How whoever came after a leftover fared.

    Args:
        leftover: what was left.
        seconds: until the next borrower had what it asked for.
        faults: what went wrong.
    """

    leftover: Leftover
    seconds: float
    faults: list[str] = field(default_factory=list)


def leftovers(attacker: psycopg.Connection[Any]) -> list[Leftover]:
    """Return every setting that a role may leave itself, with each value worth trying.

    Args:
        attacker: of the application's role, in autocommit mode.
    """
    load_libraries(attacker)
    found: list[Leftover] = []
    for name, kind, least, most, words in attacker.execute(_SETTINGS).fetchall():
        if kind == "bool":
            values = ["on", "off"]
        elif kind == "enum":
            values = list(words)
        elif kind == "string":
            values = [*_TEXTS, *_WORDS.get(name, ())]
        else:
            values = [least, "1", most]
        found += [Leftover(name, value) for value in dict.fromkeys(values)]
    for name in _HIDDEN:
        found += [Leftover(name, value) for value in (*_TEXTS, attacker.info.user, "0.5")]
    encodings = [str(encoding) for (encoding,) in attacker.execute(_ENCODINGS).fetchall()]
    return found + [Leftover("client_encoding", encoding) for encoding in encodings]


def load_libraries(attacker: psycopg.Connection[Any]) -> None:
    """Have a session know the settings of every library that it can load."""
    for (call,) in attacker.execute(compose("roles/load_libraries_v01.sql", {})).fetchall():
        attacker.execute(call)


def leave(attacker: psycopg.Connection[Any], leftover: Leftover, place: str = "") -> bool:
    """Leave the role a setting, if the server takes it; some values it takes in such a transaction alone.

    Args:
        attacker: of the application's role, in autocommit mode.
        leftover: what to leave.
        place: `IN DATABASE …`, or nothing for everywhere.
    """
    statement = sql.SQL("ALTER ROLE CURRENT_USER {} SET {} = {}").format(
        sql.SQL(place), sql.Identifier(*leftover.name.split(".")), sql.Literal(leftover.value)
    )
    for begin in _MODES:
        with suppress(psycopg.Error):
            if begin:
                attacker.execute(begin)
            attacker.execute(statement)
            if begin:
                attacker.execute("COMMIT")
            return True
        attacker.rollback()
    return False


def sweep(server: Server, databases: Sequence[str], chosen: Sequence[Leftover], delay: float) -> list[Served]:
    """Leave the role one setting after the other, and see each time how the next borrower fares.

    Args:
        server: which nobody else uses the roles of meanwhile.
        databases: migrated ones. In one, the role is left the settings everywhere; in several, side by
            side, in each of them.
        chosen: what to leave; what the server does not take is left out of the answer.
        delay: how many seconds further away the server is.
    """
    is_everywhere = len(databases) == 1
    shares: list[list[Leftover]] = [[] for _ in databases]
    # All values of a setting to the same: what is logged names no database.
    for number, (_, values) in enumerate(groupby(chosen, key=lambda each: each.name)):
        shares[number % len(databases)] += values

    def work(database: str, share: Sequence[Leftover]) -> list[Served]:
        place = "" if is_everywhere else f'IN DATABASE "{database}"'
        return list(_swept(server, database, share, delay, place))

    with ThreadPoolExecutor(len(databases)) as workers:
        return [served for found in workers.map(work, databases, shares) for served in found]


def _swept(
    server: Server, database: str, share: Sequence[Leftover], delay: float, place: str
) -> Iterator[Served]:
    with server.application(database) as app:
        tenant = make_tenant(app)
        tenant.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with (
        proxy(server.address("app", database), delay) as (_, url),
        server.connect("app", database) as attacker,
        server.connect("bootstrap", database) as superuser,
    ):
        settings = server.settings(database, database_url=url, pool_min_size=1, pool_max_size=1)
        clean = sql.SQL("ALTER ROLE {app} {place} RESET ALL; ALTER ROLE {app} SET temp_file_limit = {limit}")
        if place:
            clean = sql.SQL("ALTER ROLE {app} {place} RESET ALL")
        values = {"app": sql.Identifier(server.names.app), "place": sql.SQL(place)}
        load_libraries(attacker)
        for leftover in share:
            if leave(attacker, leftover, place):
                yield _next_borrower(settings, tenant.context, attacker, leftover)
                # What is fixed only a superuser removes.
                superuser.execute(clean.format(**values, limit=sql.Literal(f"{LIMITS.temp_file_mb}MB")))


def _next_borrower(
    settings: Settings, context: TenantContext, attacker: psycopg.Connection[Any], leftover: Leftover
) -> Served:
    """Come after a leftover as a new process does, whose pool is empty."""
    started = time.perf_counter()
    with _heard() as told:
        faults = _ask(settings, context)
        seconds = time.perf_counter() - started
    if left := [setting[:80] for (setting,) in attacker.execute(_LEFT).fetchall()]:
        faults.append(f"it is left still: {', '.join(left)}")
    if not any(f"{leftover.name}=" in line for line in told):
        faults.append("the log does not tell")
    return Served(leftover, seconds, faults)


def _ask(settings: Settings, context: TenantContext) -> list[str]:
    pool = pool_for(settings)
    try:
        with closing(pool.connect()) as connection:
            begin_bound(connection, context)
            # No READ ONLY transaction may.
            rows = connection.execute("SELECT name FROM customers FOR UPDATE").fetchall()
            connection.rollback()
            return [] if rows == [("Ada",)] else [f"it read {rows!r}"]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return [f"not served: {error!r}"[:200]]
    finally:
        pool.close()


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect what the program logs of the settings that it finds."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("tenantapp.postgres.own_settings")
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
