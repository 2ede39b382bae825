"""Canaries: rows built from the catalog alone, inserted by the application's role in the tenant's context."""

from __future__ import annotations

from itertools import islice, product
from uuid import UUID, uuid4

from psycopg import sql

from tenantapp.rls.probe.relations import Catalog, Column, Relation
from tenantapp.rls.probe.rows import Row, listed
from tenantapp.rls.probe.session import Answer, Session
from tenantapp.rls.probe.values import candidates

Rows = dict[int, Row]
_CHECK_VIOLATION = "23514"
_UNIQUE_VIOLATION = "23505"
_COMBINATIONS = 200


class NotPlanted(Exception):
    """Raised when no row of a table can be built; it says why, and carries the server's last answer."""

    def __init__(self, reason: str, answer: Answer | None = None) -> None:
        super().__init__(reason)
        self.answer = answer


class Planter:
    """Builds rows of any table.

    Args:
        session: whose role inserts.
        catalog: as that role sees it.
    """

    def __init__(self, session: Session, catalog: Catalog) -> None:
        self._session = session
        self._catalog = catalog
        self._at_work: set[int] = set()

    def plant(self, table: Relation, tenant_id: UUID, rows: Rows) -> Row:
        """Insert a row, and those it refers to, in the tenant's context that is bound.

        Args:
            table: where.
            tenant_id: whose.
            rows: this tenant's rows by table, added to.

        Raises:
            NotPlanted: there is no way to.
        """
        if table.oid not in rows:
            rows[table.oid] = self._inserted(table, tenant_id, self._given(table, tenant_id, rows))
        return rows[table.oid]

    def another(self, table: Relation, tenant_id: UUID, rows: Rows) -> Row:
        """Return a row that the tenant could insert beside those it has; only what it refers to is inserted.

        Raises:
            NotPlanted: there is no such row.
        """
        given = self._given(table, tenant_id, rows)
        with self._session.undone():
            return self._inserted(table, tenant_id, given)

    def imagined(self, table: Relation, tenant_id: UUID) -> Row:
        """Return a row that may not be possible, for statements that are refused whatever is in it."""
        values = {c.name: (self._options(table, c) or [None])[0] for c in _writable(table, every=True)}
        return Row(table, tenant_id, {**values, **_owned(table, tenant_id)})

    def _given(self, table: Relation, tenant_id: UUID, rows: Rows) -> dict[str, str | None]:
        """Return what a row has from others: whose it is, and what it refers to, which is inserted."""
        if table.oid in self._at_work:
            raise NotPlanted("the tables refer to each other in a circle")
        self._describe(table)
        self._at_work.add(table.oid)
        try:
            return {**self._references(table, tenant_id, rows), **_owned(table, tenant_id)}
        finally:
            self._at_work.remove(table.oid)

    def _inserted(self, table: Relation, tenant_id: UUID, given: dict[str, str | None]) -> Row:
        answers = []
        for columns in (_writable(table), _needed(table)):
            options = {c.name: self._options(table, c) for c in columns if c.name not in given}
            row, answer = self._solve(table, tenant_id, given, options)
            if not answer.state:
                return row
            answers.append(answer)
            if answer.unanswered:
                break
        raise NotPlanted(f"no row can be inserted: {answers[0]}", answers[0])

    def _describe(self, table: Relation) -> None:
        answer = self._session.describe(table)
        if answer.state:
            raise NotPlanted(str(answer), answer)

    def _options(self, table: Relation, column: Column) -> list[str | None]:
        checks = tuple(check.definition for check in table.checks if column.name in check.columns)
        values = candidates(column, checks)
        # A row outside a partial key would not meet it.
        if any(f"({column.name} IS NULL)" in (key.predicate or "") for key in table.keys):
            values.sort(key=lambda value: value is not None)
        return values

    def _solve(
        self,
        table: Relation,
        tenant_id: UUID,
        given: dict[str, str | None],
        options: dict[str, list[str | None]],
    ) -> tuple[Row, Answer]:
        """Insert a row; where a check or a key is in the way, try other values of its columns."""
        known = {name: values for name, values in options.items() if values}
        row = Row(table, tenant_id, {**{name: values[0] for name, values in known.items()}, **given})
        answer = self._session.keep(row.insertion())
        passed: set[str] = set()
        while answer.state in (_CHECK_VIOLATION, _UNIQUE_VIOLATION):
            names = [name for name in _columns_of(table, answer.constraint) if name in known]
            failed, moved = answer.constraint, False
            for values in islice(product(*(known[name] for name in names)), 1, _COMBINATIONS):
                trial = row.changed(**dict(zip(names, values, strict=True)))
                answer = self._session.keep(trial.insertion())
                if answer.constraint not in {failed, *passed} or not answer.state:
                    row, moved = trial, True
                    passed.add(failed)
                    break
            if not moved:
                break
        return row, answer

    def _references(self, table: Relation, tenant_id: UUID, rows: Rows) -> dict[str, str | None]:
        """Return the values of the columns that refer to other rows."""
        values: dict[str, str | None] = {}
        for key in table.references:
            columns = [name for name in key.columns if name != table.owner]
            if not columns:
                continue
            referred = self._catalog.relations[key.referred]
            pairs = dict(zip(key.columns, key.referred_columns, strict=True))
            optional = not any(table.columns[name].required for name in columns)
            try:
                found = self._referred(table, referred, tenant_id, rows, tuple(key.referred_columns))
            except NotPlanted as error:
                if not optional:
                    reason = f"it needs a row of {referred.full_name}: {error}"
                    raise NotPlanted(reason, error.answer) from error
                found = {}
            if referred is table and not optional:
                values.update({name: values.setdefault(pairs[name], str(uuid4())) for name in columns})
                continue
            values.update({name: found.get(pairs[name]) for name in columns})
        return values

    def _referred(
        self, table: Relation, referred: Relation, tenant_id: UUID, rows: Rows, columns: tuple[str, ...]
    ) -> dict[str, str | None]:
        if referred.is_tenants:
            return dict.fromkeys(columns, str(tenant_id))
        if referred is table:
            return {}
        if referred.is_scoped:
            return dict(self.plant(referred, tenant_id, rows).values)
        names = listed(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
        answer = self._session.keep(sql.SQL("SELECT {} FROM {} LIMIT 1").format(names, referred.ident))
        if not answer.rows:
            raise NotPlanted("it is empty" if not answer.state else str(answer), answer)
        return dict(zip(columns, answer.rows[0], strict=True))


def _owned(table: Relation, tenant_id: UUID) -> dict[str, str | None]:
    return {table.owner: str(tenant_id)} if table.owner else {}


def _writable(table: Relation, *, every: bool = False) -> list[Column]:
    return [c for c in table.columns.values() if not c.generated and (c.insertable or every)]


def _needed(table: Relation) -> list[Column]:
    """Return the columns that a row cannot do without, and those of its keys."""
    keys = {name for key in table.keys for name in key.columns}
    return [c for c in _writable(table) if (c.required and not c.has_default) or c.name in keys]


def _columns_of(table: Relation, constraint: str) -> list[str]:
    named = {check.name: list(check.columns) for check in table.checks}
    named |= {key.name: list(key.columns) for key in table.keys}
    return (
        named[constraint]
        if constraint in named
        else [c.name for c in table.columns.values() if c.domain_checks]
    )
