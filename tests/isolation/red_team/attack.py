"""An attack by SQL, and what it has gained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import psycopg
import pytest

from tenantapp.application import create_app
from tenantapp.postgres import pool
from tenantapp.postgres.connection import TenantConnection
from tests.isolation.mutation import Mutation, applied
from tests.isolation.world import World
from tests.support.backends import all_returned, begin_bound, pool_of

Win = Literal["rows", "accepted", "refused"]

SEE = "SELECT * FROM customers"
NO_RLS = "ALTER TABLE customers DISABLE ROW LEVEL SECURITY"

# What the next borrower of a connection must not find on it.
_LEFT = """
    SELECT 'prepared: ' || name FROM pg_prepared_statements WHERE from_sql
    UNION ALL SELECT 'cursor: ' || name FROM pg_cursors WHERE is_holdable
    UNION ALL SELECT 'listening: ' || channel FROM pg_listening_channels() AS l (channel)
    UNION ALL SELECT 'temporary: ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()
    UNION ALL SELECT 'setting: ' || name FROM pg_settings
               WHERE source = 'session' AND name NOT IN ('client_encoding', 'search_path')
                 -- What any statement on a tenant's table has set until its transaction ends.
                 AND (name, setting) <> ('cpu_operator_cost', '0')
                 -- What each transaction begins with, this one too; any other level was left.
                 AND (name, setting) <> ('transaction_isolation', 'read committed')
    UNION ALL SELECT 'user: ' || current_user WHERE current_user <> session_user
"""


@dataclass(frozen=True)
class Attack:
    """What an injection runs, and what must be taken away for it to gain something.

    Args:
        name: what is tried, as docs/security/model.md names it.
        sql: the statements, one after the other, whichever are refused. `{a}` and `{b}` are the tenants'
            ids, `{forged}` a context of B's without a seal, `{b_email}` and `{b_service}` what B has;
            `{database}`, `{app}`, `{owner}`, `{sealer}` and `{watchdog}` are names.
        without: SQL for a superuser that takes the counter-measure away.
        undo: SQL that takes back what reaches beyond the database.
        patch: the counter-measure in the program that is taken away.
        wins: what a gain looks like beside rows of B's seen or changed and things left behind: that the last
            statement is accepted, or that it is refused.
    """

    name: str
    sql: tuple[str, ...]
    without: str = ""
    undo: str = ""
    patch: Callable[[pytest.MonkeyPatch], None] = field(default=lambda _: None)
    wins: Win = "rows"

    def mutation(self, world: World) -> Mutation:
        """Return what takes its counter-measure away."""
        do, undo = (_escaped(_filled(text, world)) for text in (self.without, self.undo))
        return Mutation(self.name, (), do, undo, patch=self.patch)


def unsafe(patched: pytest.MonkeyPatch) -> None:
    """Let the program work with a role that it refuses otherwise."""
    patched.setattr(pool, "check_role", lambda *_: [])


def gains(attack: Attack, world: World) -> list[str]:
    """Run an attack on a connection of the application's pool, and return what A or the next borrower got.

    Args:
        attack: what is run.
        world: its tenants; the pool of its application has one connection.
    """
    tables = [table for table in world.b.rows if world.b.rows[table]]
    before = _rows_of_b(world, tables), lists_of_b(world)
    statements = [_filled(statement, world) for statement in attack.sql]
    told, refusals = _inject(world, statements)
    sent = " ".join(statements)
    gained = [f"A saw {secret}" for secret in world.secrets if secret in told and secret not in sent]
    gained += [f"the next borrower finds {found}" for found in left_behind(world)]
    if (_rows_of_b(world, tables), lists_of_b(world)) != before:
        gained.append("B's rows are others, or look so to B")
    if (attack.wins, refusals[-1] is None) in (("accepted", True), ("refused", False)):
        gained.append(f"the last statement was {attack.wins}: {refusals[-1]}")
    return gained


@contextmanager
def weakened(attack: Attack, world: World) -> Iterator[None]:
    """Take an attack's counter-measure away for a block."""
    with applied(attack.mutation(world), world):
        yield


@contextmanager
def one_connection(world: World) -> Iterator[World]:
    """Give the application a pool of one connection, so that whoever comes next gets the attacker's."""
    settings = world.server.settings(world.database, pool_min_size=1, pool_max_size=1)
    address = world.server.address(world.app_role, world.database)
    world.__dict__["app"] = create_app(replace(settings, database_url=address))
    yield world


def _inject(world: World, statements: list[str]) -> tuple[str, list[str | None]]:
    """Return all that the statements answered, errors included, and how each was refused."""
    told, refusals = [], []
    with closing(pool_of(world.app).connect()) as connection:
        begin_bound(connection, world.a.context)
        for statement in statements:
            refusal = None
            try:
                told.append(_run(connection, statement))
            except psycopg.Error as error:
                refusal = f"{error.sqlstate}: {error}"
                told.append(f"{error} {error.diag.message_detail} {error.diag.context}")
            refusals.append(refusal)
        connection.commit()
    all_returned(world.app)
    return "\n".join(told), refusals


def _run(connection: TenantConnection, statement: str) -> str:
    """Run one statement, or several in one string, so that a refusal does not end the transaction."""
    if statement.startswith("COMMIT"):
        connection.execute(statement)
        return ""
    with connection.transaction():
        if statement.startswith("COPY") and statement.endswith("STDOUT"):
            with connection.cursor().copy(statement) as copied:
                return "".join(bytes(block).decode() for block in copied)
        cursor = connection.execute(statement)
        answers: list[Any] = []
        while True:
            answers += cursor.fetchall() if cursor.description else []
            if not cursor.nextset():
                return "\n".join(str(value) for row in answers for value in row)


def left_behind(world: World) -> list[str]:
    """Return what the next borrower of the connection finds on it."""
    with closing(pool_of(world.app).connect()) as connection:
        begin_bound(connection, world.b.context)
        found = [name for (name,) in connection.execute(_LEFT).fetchall()]
    all_returned(world.app)
    return found


def _rows_of_b(world: World, tables: list[str]) -> dict[str, str]:
    """Return digests of B's rows as a superuser sees them."""
    digests = {}
    with world.server.connect("bootstrap", world.database) as superuser:
        for table in tables:
            column = "id" if table == "tenants" else "tenant_id"
            # A look-up notes when a key was used.
            seen = "(to_jsonb(t) - 'last_used_at' - 'updated_at')::text"
            question = f"SELECT md5(string_agg({seen}, '' ORDER BY id)) FROM {table} t WHERE {column} = %s"
            row = superuser.execute(question, (world.b.id,)).fetchone()
            digests[table] = str(row)
    return digests


def lists_of_b(world: World) -> list[Any]:
    """Return what B's own requests show."""
    answers = [world.request(world.b, "GET", f"/api/v1/{name}") for name in ("customers", "services")]
    return [(answer.status_code, answer.get_data(as_text=True)) for answer in answers]


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _filled(text: str, world: World) -> str:
    names = {key: f'"{name}"' for key, name in world.server.names.as_values().items()}
    values = {
        "a": world.a.id,
        "b": world.b.id,
        "forged": f"v1.{world.b.id}..system.none",
        "b_email": world.b.rows["customers"][0]["email"],
        "b_service": world.b.rows["services"][0]["id"],
        "database": f'"{world.database}"',
        **names,
    }
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", str(value))
    return text
