"""What the walk looks for: something of B's alone in every column that could show anything."""

from __future__ import annotations

import sqlalchemy as sa

from tenantapp.testing.tenants import texts
from tests.isolation.tables import scoped_tables
from tests.isolation.world import World

TELLING = (sa.String, sa.LargeBinary, sa.JSON, sa.ARRAY, sa.Uuid)
WORDS = {"api_keys.scopes", "idempotency_keys.route"}
"""Columns that hold one of a few words, the same for every tenant, and are not declared as enumerations."""


def test_every_telling_column_of_bs_holds_a_canary(world: World) -> None:
    for table in scoped_tables():
        for column in table.c:
            if isinstance(column.type, TELLING) and "words" not in column.info and str(column) not in WORDS:
                held = set(texts([row[column.name] for row in world.b.rows[table.name]]))
                assert held & world.secrets, f"{column} of B's holds no canary"


def test_no_canary_is_as_too(world: World) -> None:
    assert not world.secrets & world.a.strings()
    assert world.b.token in world.secrets
    assert str(world.b.id) in world.secrets
