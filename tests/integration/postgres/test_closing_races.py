"""Closing an analysis beside what opens a solution: the second waits for the first, and is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection

from tenantapp.db.errors import Conflict
from tenantapp.db.unit_of_work import changing
from tenantapp.resources.rcas.models import OPEN, Rca, RcaSolution
from tenantapp.resources.rcas.repository import RcaRepository, RcaSolutionRepository
from tenantapp.tenancy.context import TenantContext, tenant_context
from tests.support.databases import Server
from tests.support.tenants import make_tenant

Write = Callable[[Connection, UUID, UUID], object]


def close(connection: Connection, rca: UUID, _solution: UUID) -> object:
    return RcaRepository(connection).change(rca, {"status": "closed"})


def add(connection: Connection, rca: UUID, _solution: UUID) -> object:
    return RcaSolutionRepository(connection).add({"rca_id": rca, "description": "One more."})


def add_several(connection: Connection, rca: UUID, _solution: UUID) -> object:
    return RcaSolutionRepository(connection).add_all([{"rca_id": rca, "description": "One more."}] * 2)


def reopen(connection: Connection, _rca: UUID, solution: UUID) -> object:
    return RcaSolutionRepository(connection).change(solution, {"status": "in_progress"})


def forget(connection: Connection, rca: UUID, _solution: UUID) -> object:
    return RcaRepository(connection).change(rca, {"root_cause": None})


RACES = [pair for write in (add, add_several, reopen, forget) for pair in ((close, write), (write, close))]


@contextmanager
def unit(app: Flask, context: TenantContext) -> Iterator[Connection]:
    with app.app_context(), tenant_context(context), changing() as connection:
        yield connection


def race(app: Flask, first: Write, second: Write) -> tuple[bool, bool, int]:
    """Let the second begin while the first is not committed.

    Returns:
        Whether the second waited, whether it was refused, and how many analyses are closed and should not be.
    """
    context = make_tenant(app).context
    with unit(app, context) as connection:
        rca = RcaRepository(connection).add(
            {"title": "Late", "issue_description": "Orders take a minute.", "root_cause": "An index."}
        )
        for status in ("investigating", "identified", "resolved"):
            RcaRepository(connection).change(rca.id, {"status": status})
        solution = RcaSolutionRepository(connection).add({"rca_id": rca.id, "description": "Make it again."})
        RcaSolutionRepository(connection).change(solution.id, {"status": "done"})
        connection.commit()
    refused, ended = threading.Event(), threading.Event()

    def come_second() -> None:
        try:
            with unit(app, context) as connection:
                second(connection, rca.id, solution.id)
                connection.commit()
        except Conflict:
            refused.set()
        finally:
            ended.set()

    rival = threading.Thread(target=come_second)
    with unit(app, context) as connection:
        first(connection, rca.id, solution.id)
        rival.start()
        waited = not ended.wait(0.3)
        connection.commit()
    rival.join()
    with unit(app, context) as connection:
        still_open = select(RcaSolution.rca_id).where(RcaSolution.status.in_(OPEN))
        wrong = Rca.root_cause.is_(None) | Rca.id.in_(still_open)
        count = connection.execute(select(func.count()).where(Rca.status == "closed", wrong)).scalar_one()
    return waited, refused.is_set(), count


@pytest.mark.parametrize(("first", "second"), RACES)
def test_the_second_waits_and_is_refused(app: Flask, first: Write, second: Write) -> None:
    assert race(app, first, second) == (True, True, 0)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_the_second_sees_the_first_whatever_level_the_database_has_by_default(
    server: Server, database: str, own_app: Flask, level: str
) -> None:
    with server.connect("bootstrap", database) as connection:
        connection.execute(f"ALTER DATABASE {database} SET default_transaction_isolation = '{level}'")
    assert race(own_app, add, close) == (True, True, 0)
    assert race(own_app, close, reopen) == (True, True, 0)


@pytest.mark.parametrize("write", [add, reopen])
def test_without_the_lock_a_solution_is_open_under_a_closed_analysis(
    app: Flask, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    def unlocked(select: Select[Any], **_: Any) -> Select[Any]:
        return select

    monkeypatch.setattr(Select, "with_for_update", unlocked)
    assert race(app, write, close)[1:] == (False, 1)
