"""What must hold of a model's rows and of a route's answers, as assertions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from flask import Flask

from tenantapp.postgres.sealing import sealer_for
from tenantapp.rls.probe import Outcome, ProbeReport, probe
from tenantapp.runtime import RUNTIME
from tenantapp.testing.ask import Ask
from tenantapp.testing.canaries import Neighbours, connect
from tenantapp.testing.observation import Observation, observe
from tenantapp.testing.tenants import Inhabitant
from tenantapp.testing.walk import every_ask, list_something, unaskable

# Who A and its key are is remembered for seconds: two answers differ once where it is looked up again between
# them. A leak differs each time.
_ATTEMPTS = 3


def assert_isolated(app: Flask, model: type[Any]) -> ProbeReport:
    """Attack a model's table in every way that `flask rls probe` knows, and return what came of it.

    Args:
        app: whose database it is.
        model: a scoped model.

    Raises:
        AssertionError: something of another tenant's was got, or nothing can be said.
    """
    table = f"{model.__table__.schema or 'public'}.{model.__table__.name}"
    with connect(app, "database") as attacker, connect(app, "platform_database") as platform:
        settings = RUNTIME.of(app).settings
        sealer = sealer_for(settings, settings.require("database_url", "the probe"))
        report = probe(attacker, platform, sealer, only=table)
    assert report.subjects, f"there is no table {table} with a tenant's rows: was it migrated?"
    told = [
        f"{outcome}: {cell.attack}: {attempt.statement}: {attempt.answer}"
        for outcome in (Outcome.LEAK, Outcome.NOT_PROBED)
        for _, cell in report.cells(outcome)
        for attempt in cell.attempts
        if attempt.outcome == outcome
    ]
    assert report.exit_code == 0, "\n".join([f"{table} is not isolated:", *told, *report.traces])
    return report


def assert_route_isolated(neighbours: Neighbours, rule: str, method: str | None = None) -> None:
    """Hold a route to tell A nothing of B: by B's ids, at B's host, in what it answers A.

    Args:
        neighbours: two tenants with canaries.
        rule: the route, as Flask has it: `/api/v1/customers/<uuid:item_id>`.
        method: one method alone.

    Raises:
        AssertionError: it tells something, or is no route of a tenant's.
    """
    assert list_something(neighbours, neighbours.a).status_code == 200
    asks = [
        (of_a, of_b)
        for of_a, of_b in zip(*(every_ask(neighbours, t) for t in _both(neighbours)), strict=True)
        if of_a.rule == rule and method in (None, of_a.method)
    ]
    lacking = [said for said in unaskable(neighbours, neighbours.a) if said.startswith(f"{rule}: ")]
    assert not lacking, "\n".join(lacking)
    assert asks, f"{method or ''} {rule} is no route that asks for a tenant's permission"
    for of_a, of_b in asks:
        for token in (neighbours.a.token, ""):
            assert_refused_at_bs(neighbours, of_b, token)
        assert_foreign_is_absent(neighbours, of_a, of_b)
        if of_a.method == "GET":
            answer = of_a.send(neighbours, neighbours.a)
            assert answer.status_code == 200, f"{of_a.method} {of_a.path}: {answer.get_data(as_text=True)}"
            neighbours.assert_no_secret(answer)


def assert_refused_at_bs(neighbours: Neighbours, of_b: Ask, token: str) -> None:
    """Hold B's host to refuse a key, and to tell nothing.

    Args:
        neighbours: two tenants with canaries.
        of_b: a request about B's rows.
        token: A's key, or nothing.

    Raises:
        AssertionError: it is answered, or told something.
    """
    bearer = f"Bearer {token}" if token else ""
    answer = of_b.send(neighbours, neighbours.b, headers={"Authorization": bearer})
    key = "A's key" if token else "no key"
    assert answer.status_code == 401, f"{of_b.method} {of_b.path}: {key} at B's host: {answer.status}"
    neighbours.assert_no_secret(answer, of_b.path)


def assert_foreign_is_absent(neighbours: Neighbours, of_a: Ask, of_b: Ask) -> None:
    """Hold an answer about B's row to be that about a row of nobody's.

    Status, headers, body and what is asked of PostgreSQL are compared, for the row that the path names and
    for those that the body lists.

    Args:
        neighbours: two tenants with canaries.
        of_a: a request about A's rows.
        of_b: the same about B's.

    Raises:
        AssertionError: A can tell them apart.
    """
    if of_b.row_id is not None:
        _assert_absent(neighbours, of_b.row_id, of_a.about, 404)
    for name in of_b.operation.id_lists:
        theirs = (of_b.body or {})[name][0]
        _assert_absent(neighbours, theirs, partial(of_a.naming, name), 422)


def _both(neighbours: Neighbours) -> tuple[Inhabitant, Inhabitant]:
    return neighbours.a, neighbours.b


def _assert_absent(neighbours: Neighbours, theirs: UUID, about: Callable[[UUID], Ask], status: int) -> None:
    asked = about(theirs)
    for _ in range(_ATTEMPTS):
        seen = _observed(neighbours, asked, theirs)
        assert seen.status == status, f"{asked.method} {asked.rule} about B's row answers A {seen}"
        nobody = uuid4()
        nobodys = _observed(neighbours, about(nobody), nobody)
        if seen == nobodys:
            return
    raise AssertionError(
        f"{asked.method} {asked.rule} tells A that B's row exists: {seen}, nobody's: {nobodys}"
    )


def _observed(neighbours: Neighbours, ask: Ask, row_id: UUID) -> Observation:
    return observe(neighbours.app, lambda: ask.send(neighbours, neighbours.a), row_id)
