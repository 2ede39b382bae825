"""A way in which isolation gets lost, and how it is brought about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import pytest
from psycopg import sql

from tests.isolation.checks import Check
from tests.isolation.world import World
from tests.support.databases import undisturbed


@dataclass(frozen=True)
class Mutation:
    """One thing gone wrong.

    Args:
        name: what is wrong, in words.
        noticed_by: the checks that fail on it.
        do: SQL for a superuser; `{app}`, `{owner}`, `{platform}` and `{directory}` are the roles.
        undo: SQL that takes back what reaches beyond the database.
        app_role: the role that the application is given.
        patch: what is changed in the program.
    """

    name: str
    noticed_by: tuple[Check, ...]
    do: str = ""
    undo: str = ""
    app_role: str = "app"
    patch: Callable[[pytest.MonkeyPatch], None] = lambda _: None


@contextmanager
def applied(mutation: Mutation, world: World) -> Iterator[None]:
    """Apply a mutation to a world of its own for a block."""
    names = {key: sql.Identifier(name) for key, name in world.server.names.as_values().items()}
    with (
        world.server.connect("bootstrap", world.database) as superuser,
        world.server.connect("bootstrap", "postgres") as others,
        undisturbed(others, alone=True) if mutation.undo else nullcontext(),
        pytest.MonkeyPatch.context() as monkeypatch,
    ):
        mutation.patch(monkeypatch)
        try:
            superuser.execute(sql.SQL(mutation.do or "SELECT").format(**names))
            yield
        finally:
            superuser.execute(sql.SQL(mutation.undo or "SELECT").format(**names))
