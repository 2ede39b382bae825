"""What every repository promises, held against that of each resource there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection

from tenantapp.db.errors import RowChanged, RowInUse, RowNotFound
from tenantapp.db.paging import PageQuery
from tenantapp.db.repository import Repository
from tenantapp.db.unit_of_work import changing
from tenantapp.discovery import blueprints
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.identity.tenants.models import Tenant
from tenantapp.models.errors import IllegalStep
from tenantapp.models.scoped import SoftDeletable, shown_columns, table_of
from tenantapp.models.states import states_of
from tenantapp.resources.rcas.repository import RcaSolutionRepository
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.canaries import new_values, settle
from tenantapp.testing.observation import traffic
from tenantapp.testing.tenants import Inhabitant


def repositories() -> list[type[Repository]]:
    """Return the repository of every resource, and of the tenant itself."""
    served = [found.repository for found in blueprints() if isinstance(found, ResourceBlueprint)]
    return [*served, Repository.of(Tenant)]


def may_insert(repository: type[Repository]) -> bool:
    """Tell whether the application may: into `tenants` it may not."""
    grants = repository.model.security().grants  # type: ignore[attr-defined]
    return any(grant.role == "app" and "INSERT" in grant.privileges for grant in grants)


EVERY = repositories()
WRITABLE = [each for each in EVERY if may_insert(each)]
FURTHER = {RcaSolutionRepository: ("add", "add_all")}
"""What takes one statement more: an analysis is held open for its solution."""


@pytest.fixture(scope="module")
def inhabitant(app: Flask) -> Inhabitant:
    return settle(app)


@pytest.fixture(scope="module")
def neighbour(app: Flask) -> Inhabitant:
    return settle(app)


@pytest.fixture
def connection(app: Flask, inhabitant: Inhabitant) -> Iterator[Connection]:
    """A unit of work that is never committed."""
    with app.app_context(), tenant_context(inhabitant.context), changing() as connection:
        yield connection


@pytest.fixture(params=EVERY, ids=lambda each: each.__name__)
def repository(request: pytest.FixtureRequest, connection: Connection) -> Repository:
    made: Repository = request.param(connection)
    return made


@pytest.fixture(params=WRITABLE, ids=lambda each: each.__name__)
def writable(request: pytest.FixtureRequest, connection: Connection) -> Repository:
    made: Repository = request.param(connection)
    return made


def changes(repository: Repository, inhabitant: Inhabitant) -> dict[str, Any]:
    """Return values that a row may be changed to, which nobody has."""
    table = table_of(repository.model)
    fixed = {
        *table.primary_key.columns.keys(),
        *states_of(table),
        *(key.parent.name for key in table.foreign_keys),
    }
    new = {} if not may_insert(type(repository)) else new_values(table, inhabitant)
    return {name: value for name, value in new.items() if name not in fixed} or {"name": "Renamed"}


def test_every_package_that_keeps_rows_is_found() -> None:
    assert {"CustomerRepository", "DeploymentRepository", "TenantRepository"} <= {
        each.__name__ for each in EVERY
    }
    assert {each.__name__ for each in EVERY} - {each.__name__ for each in WRITABLE} == {"TenantRepository"}


def test_a_row_is_got_and_shows_what_is_to_be_shown(repository: Repository, inhabitant: Inhabitant) -> None:
    table = table_of(repository.model)
    row = repository.get(inhabitant.row(table)["id"])
    shown = [column.name for column in shown_columns(repository.model)]
    assert list(row._fields) == shown
    assert {name: getattr(row, name) for name in shown} == {
        name: inhabitant.row(table)[name] for name in shown
    }


def test_anothers_row_is_none(repository: Repository, neighbour: Inhabitant) -> None:
    foreign = neighbour.row(table_of(repository.model))["id"]
    asks: list[Callable[[UUID], Any]] = [
        repository.get,
        lambda row_id: repository.change(row_id, {"row_version": 9}),
        lambda row_id: repository.change(row_id, {}, [1]),
    ]
    for row_id, ask in product((foreign, uuid4()), asks):
        with pytest.raises(RowNotFound, match=repository.model.__tablename__):
            ask(row_id)


def test_an_added_row_lasts_only_by_a_commit(
    writable: Repository, inhabitant: Inhabitant, app: Flask
) -> None:
    values = new_values(table_of(writable.model), inhabitant)
    row = writable.add(values)
    assert {name: getattr(row, name) for name in values} == values
    assert (row.tenant_id, row.row_version) == (inhabitant.id, 1)
    assert writable.get(row.id) == row
    with changing() as other, pytest.raises(RowNotFound):
        type(writable)(other).get(row.id)


def test_a_change_writes_what_is_given_and_is_counted(repository: Repository, inhabitant: Inhabitant) -> None:
    before = repository.get(inhabitant.row(table_of(repository.model))["id"])
    given = changes(repository, inhabitant)
    after = repository.change(before.id, given, [before.row_version])
    expected = (
        before._asdict() | given | {"row_version": before.row_version + 1, "updated_at": after.updated_at}
    )
    assert after._asdict() == expected
    assert after.updated_at > before.updated_at
    assert repository.change(before.id, {}, [after.row_version]) == after


def test_a_change_of_a_stale_version_writes_nothing(repository: Repository, inhabitant: Inhabitant) -> None:
    row = repository.get(inhabitant.row(table_of(repository.model))["id"])
    for given in (changes(repository, inhabitant), {}):
        with pytest.raises(RowChanged):
            repository.change(row.id, given, [row.row_version + 1])
    assert repository.get(row.id) == row


def test_a_removal_takes_the_row_and_nothing_on_a_stale_version(
    writable: Repository, inhabitant: Inhabitant
) -> None:
    row = writable.add(new_values(table_of(writable.model), inhabitant))
    with pytest.raises(RowChanged):
        writable.remove(row.id, [9])
    writable.remove(row.id, [1])
    for ask in (lambda: writable.get(row.id), lambda: writable.remove(row.id)):
        with pytest.raises(RowNotFound):
            ask()
    assert row.id not in {each.id for each in writable.page(PageQuery(limit=50)).rows}
    if issubclass(writable.model, SoftDeletable):
        deleted = writable.page(PageQuery(limit=50, deleted=True)).rows
        assert row.id in {each.id for each in deleted}
        assert writable.restore(row.id).deleted_at is None
        assert writable.get(row.id).row_version == 3


def test_many_rows_are_removed_only_by_a_commit(
    writable: Repository, inhabitant: Inhabitant, neighbour: Inhabitant
) -> None:
    table = table_of(writable.model)
    rows = [writable.add(new_values(table, inhabitant)).id for _ in range(3)]
    strangers = [uuid4(), neighbour.row(table)["id"]]
    assert writable.present([*rows, *strangers]) == {*rows}
    assert writable.remove_all([*rows[:2], *strangers]) == {*rows[:2]}
    assert writable.remove_all(rows[:2]) == set()
    assert writable.present(rows) == {rows[2]}
    if issubclass(writable.model, SoftDeletable):
        assert writable.restore(rows[0]).row_version == 3


def test_a_row_that_others_refer_to_is_kept(writable: Repository, inhabitant: Inhabitant) -> None:
    table = table_of(writable.model)
    referring = {
        key.parent.table.name
        for other in table.metadata.tables.values()
        for key in other.foreign_keys
        if key.column.table is table and key.parent.name != "tenant_id" and other.name in inhabitant.rows
    }
    if referring and not issubclass(writable.model, SoftDeletable):
        held = {value for name in referring for row in inhabitant.rows[name] for value in row.values()}
        row_id = next(row["id"] for row in inhabitant.rows[table.name] if row["id"] in held)
        with pytest.raises(RowInUse) as refused:
            writable.remove(row_id)
        assert str(refused.value) in referring


def test_pages_go_over_all_rows_once_the_newest_first(
    repository: Repository, inhabitant: Inhabitant, neighbour: Inhabitant
) -> None:
    table, seen, after = table_of(repository.model), [], None
    while True:
        page = repository.page(PageQuery(limit=1, after=after, counted=True))
        seen += [row.id for row in page.rows]
        after = page.next_after
        if after is None:
            break
    newest = sorted(inhabitant.rows[table.name], key=lambda row: (row["created_at"], row["id"]), reverse=True)
    assert seen == [row["id"] for row in newest]
    assert page.total == len(seen)
    assert not neighbour.ids(table) & set(seen)
    # A stream looks at no limit.
    assert [row.id for part in repository.stream(PageQuery(limit=1)) for row in part] == seen


def test_many_rows_are_added_and_those_that_do_not_begin_are_refused(
    writable: Repository, inhabitant: Inhabitant, connection: Connection
) -> None:
    table = table_of(writable.model)
    count = sa.select(sa.func.count()).select_from(table)
    before = connection.execute(count).scalar_one()
    rows = [new_values(table, inhabitant) for _ in range(3)]
    writable.add_all(rows)
    assert connection.execute(count).scalar_one() == before + 3
    for name, states in states_of(table).items():
        for state in set(states.names) - set(states.starts):
            with pytest.raises(IllegalStep):
                writable.add_all([*(row | {name: state} for row in rows)])


def test_each_method_takes_one_statement(app: Flask, writable: Repository, inhabitant: Inhabitant) -> None:
    table = table_of(writable.model)
    values, given = new_values(table, inhabitant), changes(writable, inhabitant)
    counted = {}
    row_id = writable.add(new_values(table, inhabitant) | {"id": uuid4()}).id
    for name, ask in {
        "get": lambda: writable.get(row_id),
        "page": lambda: writable.page(PageQuery(limit=2)),
        "add": lambda: writable.add(values),
        "add_all": lambda: writable.add_all([new_values(table, inhabitant) for _ in range(9)]),
        "stream": lambda: list(writable.stream(PageQuery(limit=1))),
        "change": lambda: writable.change(row_id, given, [1]),
        "present": lambda: writable.present([row_id, uuid4()]),
        "remove": lambda: writable.remove(row_id, [2]),
        "remove_all": lambda: writable.remove_all([row_id, uuid4()]),
    }.items():
        with traffic(app) as seen:
            ask()
        counted[name] = len(seen.statements)
    further = FURTHER.get(type(writable), ())
    assert counted == {name: 1 + (name in further) for name in counted}


def test_a_row_takes_the_steps_that_are_declared_and_no_others(
    writable: Repository, inhabitant: Inhabitant, connection: Connection
) -> None:
    table = table_of(writable.model)
    for name, states in states_of(table).items():
        for start in states.names:
            values = new_values(table, inhabitant) | {name: start}
            if start not in states.starts:
                with pytest.raises(
                    IllegalStep, match=f"A new row cannot be '{start}'; it can be '{states.initial}'"
                ):
                    writable.add(values)
        row_id = writable.add(new_values(table, inhabitant) | {name: states.initial}).id
        for current in states.names:
            for wanted in states.names:
                connection.execute(sa.update(table).where(table.c.id == row_id).values({name: current}))
                if wanted in (current, *states.steps[current]):
                    assert getattr(writable.change(row_id, {name: wanted}), name) == wanted
                    continue
                with pytest.raises(IllegalStep) as refused:
                    writable.change(row_id, {name: wanted})
                assert all(repr(legal) in str(refused.value) for legal in states.steps[current])
                assert getattr(writable.get(row_id), name) == current
