"""What every repository does with the rows of one model, one statement each. It never commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Delete,
    Executable,
    Update,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.sql.dml import ReturningInsert

from tenantapp.db.errors import RowChanged, RowNotFound
from tenantapp.db.paging import Page, PageQuery, fetch_page, stream_rows
from tenantapp.db.references import told_if_in_use
from tenantapp.models.scoped import Record, SoftDeletable, alive, living, shown_columns, shown_row, table_of
from tenantapp.models.states import States, require_start, require_step, states_of
from tenantapp.postgres.engine import select_one
from tenantapp.postgres.selection import Selection

Model_co = TypeVar("Model_co", bound=Record, covariant=True)
Model = TypeVar("Model", bound=Record)
Values = Mapping[str, object]
Versions = Collection[int] | None


class Repository(Generic[Model_co]):
    """The rows of one model, as the tenant in whose context the connection works sees them.

    Rows are typed as the model, whose attributes they have (`tenantapp.models.rows`).
    Deleted rows of a soft-deletable model are seen by `restore` and by a page of the deleted alone.
    Another tenant's row and none are the same to every method.

    Args:
        connection: the unit of work's.
    """

    model: type[Model_co]

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @classmethod
    def of(cls, model: type[Model]) -> type[Repository[Model]]:
        """Return the repository class of a model that needs no methods of its own."""
        return type(f"{model.__name__}Repository", (Repository,), {"model": model})

    def get(self, row_id: UUID) -> Model_co:
        """Return one row.

        Raises:
            RowNotFound: there is none.
        """
        found = select_one(self.connection, _one(self.model), {"row_id": row_id})
        row = cast("Model_co | None", found)
        if row is None:
            raise RowNotFound(self.model.__tablename__)
        return row

    def page(self, query: PageQuery) -> Page[Model_co]:
        """Return one page of rows."""
        return fetch_page(self.connection, self.model, query)

    def add(self, values: Values) -> Model_co:
        """Insert a row and return it as PostgreSQL completed it.

        Raises:
            IllegalStep: it does not stand where rows begin.
        """
        require_start(self._states, values)
        return cast(
            "Model_co",
            shown_row(self.model, self.connection.execute(_insert(self.model), dict(values)).one()),
        )

    def stream(self, query: PageQuery) -> Iterator[Sequence[Model_co]]:
        """Yield all rows that a query asks for, in parts; whatever its limit."""
        return stream_rows(self.connection, self.model, query)

    def add_all(self, rows: Sequence[Values]) -> None:
        """Insert rows that give the same columns.

        Raises:
            IllegalStep: one does not stand where rows begin.
        """
        for values in rows:
            require_start(self._states, values)
        # With RETURNING, SQLAlchemy sends many rows in one statement instead of one in each.
        statement = insert(table_of(self.model)).returning(table_of(self.model).c.id)
        self.connection.execute(statement, [dict(values) for values in rows])

    def change(self, row_id: UUID, values: Values, versions: Versions = None) -> Model_co:
        """Change the given columns of a row and return it.

        Args:
            row_id: which row.
            values: the new values by column; with none the row is returned as it is.
            versions: the versions that the change may be based on; None for any.

        Raises:
            RowNotFound: there is no such row.
            RowChanged: it has none of these versions.
            IllegalStep: it may not go from its state to the one that is given.
        """
        if not values:
            return self._based_on(row_id, versions)
        statement = self._live_update().values(values)
        # Where the row stands is asked by the statement that moves it: of two at once, one finds it gone.
        for name in self._states.keys() & values.keys():
            column = table_of(self.model).columns[name]
            statement = statement.where(column.in_(self._states[name].before(str(values[name]))))
        row = self._write(row_id, statement, versions)
        if row is None:
            require_step(self._states, self._based_on(row_id, versions), values)
            raise RowChanged(self.model.__tablename__)
        return row

    def remove(self, row_id: UUID, versions: Versions = None) -> None:
        """Delete a row; a soft-deletable one can be restored.

        Raises:
            RowNotFound: there is no such row.
            RowChanged: it has none of these versions.
            RowInUse: others refer to it.
        """
        if not self._removed(row_id, versions):
            self._based_on(row_id, versions)
            raise RowChanged(self.model.__tablename__)

    def remove_all(self, row_ids: Collection[UUID]) -> set[UUID]:
        """Delete rows and return the ids of those that there were.

        Raises:
            RowInUse: others refer to one of them.
        """
        if issubclass(self.model, SoftDeletable):
            return self._write_all(row_ids, self._live_update().values(deleted_at=func.now()))
        statement = self._delete().where(self._among(row_ids)).returning(self.model.id)
        with told_if_in_use():
            return set(self.connection.execute(statement).scalars())

    def present(self, row_ids: Collection[UUID]) -> set[UUID]:
        """Return the ids of those rows that there are."""
        statement = select(self.model.id).where(self._among(row_ids), *alive(table_of(self.model)))
        return set(self.connection.execute(statement).scalars())

    def restore(self, row_id: UUID, versions: Versions = None) -> Model_co:
        """Bring a deleted row back and return it; one that was not deleted is returned as it is.

        Raises:
            RowNotFound: there is no such row.
            RowChanged: it has none of these versions.
        """
        model = self.model
        assert issubclass(model, SoftDeletable)  # noqa: S101 - no other model has the verb
        undelete = update(model).where(model.deleted_at.is_not(None)).values(deleted_at=None)
        row = self._write(row_id, undelete, versions)
        if row is not None:
            return row
        if versions is not None:
            deleted = select(model.row_version).where(model.id == row_id, model.deleted_at.is_not(None))
            version = self.connection.execute(deleted).scalar_one_or_none()
            if version is not None:
                self._require_version(version, versions)
        return self._based_on(row_id, versions)

    def _row(self, statement: Executable) -> Model_co | None:
        """Return the one row of the model's that a statement gives, if any."""
        row = self.connection.execute(statement).one_or_none()
        return None if row is None else cast("Model_co", shown_row(self.model, row))

    def _rows(self, statement: Executable) -> Sequence[Model_co]:
        """Return the rows of the model's that a statement gives."""
        return cast(
            "Sequence[Model_co]", [shown_row(self.model, row) for row in self.connection.execute(statement)]
        )

    def _live_update(self) -> Update:
        return update(self.model).where(*alive(table_of(self.model)))

    def _delete(self) -> Delete:
        return delete(self.model).where(*alive(table_of(self.model)))

    @property
    def _states(self) -> dict[str, States]:
        return states_of(table_of(self.model))

    def _removed(self, row_id: UUID, versions: Versions) -> bool:
        if issubclass(self.model, SoftDeletable):
            return (
                self._write(row_id, self._live_update().values(deleted_at=func.now()), versions) is not None
            )
        statement = self._delete().where(self.model.id == row_id, *self._has_one_of(versions))
        with told_if_in_use():
            return self.connection.execute(statement).rowcount > 0

    def _write(self, row_id: UUID, statement: Update, versions: Versions) -> Model_co | None:
        return self._apply(row_id, statement.where(*self._has_one_of(versions)))

    def _has_one_of(self, versions: Versions) -> Iterator[ColumnElement[bool]]:
        """Yield the condition of the optimistic lock, which is asked by the statement that writes."""
        if versions is not None:
            yield self.model.row_version.in_(tuple(versions))

    def _write_all(self, row_ids: Collection[UUID], statement: Update) -> set[UUID]:
        changed = statement.where(self._among(row_ids)).returning(self.model.id)
        return set(self.connection.execute(changed).scalars())

    def _apply(self, row_id: UUID, statement: Update) -> Model_co | None:
        changed = statement.where(self.model.id == row_id)
        return self._row(changed.returning(*shown_columns(self.model)))

    def _among(self, row_ids: Collection[UUID]) -> ColumnElement[bool]:
        # One parameter for all, so that the statement is the same however many they are.
        return self.model.id == any_(bindparam("row_ids", list(row_ids), ARRAY(Uuid)))

    def _based_on(self, row_id: UUID, versions: Versions) -> Model_co:
        row = self.get(row_id)
        self._require_version(row.row_version, versions)
        return row

    def _require_version(self, version: int, versions: Versions) -> None:
        if versions is not None and version not in versions:
            raise RowChanged(self.model.__tablename__)


@cache
def _one(model: type[Record]) -> Selection[object]:
    """Return the statement that finds a row."""
    return Selection(living(model).where(model.id == bindparam("row_id")))


@cache
def _insert(model: type[Record]) -> ReturningInsert[*tuple[object, ...]]:
    return insert(table_of(model)).returning(*shown_columns(model))
