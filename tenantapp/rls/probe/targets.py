"""Puts canaries into one table, in a transaction that is rolled back, and attacks it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from psycopg import sql

from tenantapp.rls.probe.attacks import ATTACKS, Attack, Target
from tenantapp.rls.probe.planting import NotPlanted, Planter, Rows
from tenantapp.rls.probe.relations import Catalog, Relation
from tenantapp.rls.probe.report import Attempt, Cell, Outcome, Subject
from tenantapp.rls.probe.rows import Row
from tenantapp.rls.probe.session import Session, Statement
from tenantapp.rls.probe.tenants import A, B, CanaryTenants

_TAKEN = "23505"


class TableProbe:
    """Attacks tables, one transaction each: a live database is held up by no more than one table's locks.

    Args:
        session: the attacker's.
        catalog: the target's.
        tenants: the two canary tenants.
    """

    def __init__(self, session: Session, catalog: Catalog, tenants: CanaryTenants) -> None:
        self._session = session
        self._planter = Planter(session, catalog)
        self._rows: dict[UUID, Rows] = {}
        self._tenants = {A: tenants.a, B: tenants.b}

    def attack(self, table: Relation) -> Subject:
        """Attack one table in every way."""
        with self._session.transaction():
            self._rows = {tenant: {row.table.oid: row} for tenant, row in self._tenants.items()}
            try:
                target = self._settle(table)
            except NotPlanted as error:
                if error.answer and error.answer.unanswered:
                    return _given_up(table, error.answer.judged(Outcome.NOT_PROBED, str(error)))
                target = self._imagine(table, "" if table.is_closed else str(error))
            return Subject("table", table.full_name, tuple(filter(None, map(self._run(target), ATTACKS))))

    def _run(self, target: Target) -> Callable[[Attack], Cell | None]:
        def run(attack: Attack) -> Cell | None:
            with self._session.undone():
                self._session.bind(A)
                attempts = tuple(attack.run(target))
            return Cell(attack.name, attempts) if attempts else None

        return run

    def _settle(self, table: Relation) -> Target:
        """Insert the canaries and make sure that each is there for its own tenant."""
        a, b = (self._plant(table, tenant) for tenant in (A, B))
        if table.is_tenants:
            next_a, next_b = (self._planter.imagined(table, tenant) for tenant in (A, B))
            return self._target(table, a, b, next_a, next_b)
        next_b, _ = self._another(table, b)
        next_a, first = self._another(table, a)
        return self._target(table, a, b, next_a, next_b, first=first)

    def _plant(self, table: Relation, tenant: UUID) -> Row:
        described = self._session.describe(table)
        if described.state:
            raise NotPlanted(str(described), described)
        if table.is_closed:
            raise NotPlanted("the role may do nothing with it")
        self._session.bind(tenant)
        row = self._planter.plant(table, tenant, self._rows[tenant])
        find = sql.SQL("SELECT FROM {} WHERE {}").format(table.ident, row.identity())
        seen = self._session.ask(find)
        if seen.touched != 1 and not seen.denied:
            raise NotPlanted(f"its own tenant does not see its row: {seen}", seen)
        return row

    def _another(self, table: Relation, row: Row) -> tuple[Row, tuple[Statement, ...]]:
        """Return a further row of the tenant, and what must go before it can come."""
        self._session.bind(row.tenant_id)
        rows = self._rows[row.tenant_id]
        try:
            return self._planter.another(table, row.tenant_id, rows), ()
        except NotPlanted as error:
            if error.answer is None or error.answer.state != _TAKEN:
                raise
        delete = sql.SQL("DELETE FROM {} WHERE {}").format(table.ident, row.identity())
        with self._session.undone():
            self._session.execute(delete)
            return self._planter.another(table, row.tenant_id, rows), (delete,)

    def _imagine(self, table: Relation, missing: str) -> Target:
        rows = [self._planter.imagined(table, tenant) for tenant in (A, B, A, B)]
        return self._target(table, *rows, missing=missing)

    def _target(
        self,
        table: Relation,
        a: Row,
        b: Row,
        next_a: Row,
        next_b: Row,
        *,
        missing: str = "",
        first: tuple[Statement, ...] = (),
    ) -> Target:
        return Target(self._session, table, a, b, next_a, next_b, self._rows[B], missing, first)


def _given_up(table: Relation, attempt: Attempt) -> Subject:
    return Subject("table", table.full_name, tuple(Cell(attack.name, (attempt,)) for attack in ATTACKS))
