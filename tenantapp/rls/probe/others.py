"""Attacks on what has no rows of its own to plant: views, shared tables, functions.

What A is answered must be the same whether B's rows are there or not: each is asked twice, and B's canaries
are looked for in the answers. Everything is asked in one snapshot: other sessions make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from psycopg import sql

from tenantapp.rls.probe.planting import NotPlanted, Planter, Rows
from tenantapp.rls.probe.questions import Asked, Question, judge, questions_of
from tenantapp.rls.probe.relations import KINDS, Catalog, Relation, Routine
from tenantapp.rls.probe.report import Attempt, Cell, Outcome, Subject
from tenantapp.rls.probe.session import Session
from tenantapp.rls.probe.tenants import A, B, CanaryTenants

_WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


class OthersProbe:
    """Attacks everything that is no tenants' table.

    Args:
        session: the attacker's.
        catalog: the target's.
        tenants: the two canary tenants.
    """

    def __init__(self, session: Session, catalog: Catalog, tenants: CanaryTenants) -> None:
        self._session = session
        self._catalog = catalog
        self._tenants = tenants
        self._planter = Planter(session, catalog)

    def attack(self) -> list[Subject]:
        """Attack every view, shared table and function."""
        with self._session.transaction(one_snapshot=True):
            self._plant_all({self._tenants.a.table.oid: self._tenants.a}, A)
            self._session.connection.execute("SAVEPOINT without_b")
            rows = self._plant_all({self._tenants.b.table.oid: self._tenants.b}, B)
            marks = frozenset().union(*(row.marks() for row in rows.values())) - {str(A)}
            subjects: list[Relation | Routine] = [*self._catalog.others(), *self._catalog.functions]
            questions = [questions_of(what, rows) for what in subjects]
            with_b = [[self._ask(question) for question in asked] for asked in questions]
            self._session.connection.execute("ROLLBACK TO SAVEPOINT without_b")
            without_b = [[self._ask(question) for question in asked] for asked in questions]
        found = []
        for what, asked, *answers in zip(subjects, questions, with_b, without_b, strict=True):
            cells: dict[str, list[Attempt]] = {}
            for question, one, two in zip(asked, *answers, strict=True):
                cells.setdefault(question.cell, []).extend(judge(question, one, two, marks))
            found.append(self._subject(what, cells))
        return found

    def _plant_all(self, rows: Rows, tenant: UUID) -> Rows:
        self._session.bind(tenant)
        for table in self._catalog.scoped():
            if not table.is_closed and not table.is_partition:
                try:
                    self._planter.plant(table, tenant, rows)
                except NotPlanted:
                    continue  # its own line in the matrix says so
        return rows

    def _ask(self, question: Question) -> Asked:
        with self._session.undone():
            self._session.bind(A)
            first = self._session.ask(question.statement)
            second = self._session.keep(question.statement)
            # In a query of its own: a function may bind what it likes.
            after = self._session.execute(sql.SQL("SELECT tenancy.current_tenant_id()"))
            self._session.connection.execute("ROLLBACK TO SAVEPOINT attempt")
            self._session.spoil("")
            bare = self._session.ask(question.statement)
        return Asked(first, second, after.rows[0][0] if after.rows else A, bare)

    def _subject(self, what: Relation | Routine, cells: dict[str, list[Attempt]]) -> Subject:
        if isinstance(what, Routine):
            kind, name = "function", what.signature
        else:
            kind, name = "shared table" if what.is_table else KINDS[what.kind], what.full_name
            cells.setdefault("read", []).extend(self._kept(what))
            if what.is_table:
                cells |= {verb.lower(): [_shared(what, verb)] for verb in _WRITES}
        made = (Cell(attack, tuple(attempts)) for attack, attempts in cells.items() if attempts)
        return Subject(kind, name, tuple(made))

    def _kept(self, relation: Relation) -> Iterator[Attempt]:
        """Judge what was stored without a policy; canaries that are not committed cannot be in it."""
        sources = [self._catalog.relations.get(oid) for oid in relation.kept_from]
        if names := sorted({source.full_name for source in sources if source and source.is_scoped}):
            why = f"it keeps what its owner saw of {', '.join(names)}, and no policy filters it"
            yield Attempt(f"TABLE {relation.full_name}", why, Outcome.LEAK)


def _shared(relation: Relation, privilege: str) -> Attempt:
    statement = f"-- {privilege} on {relation.full_name}"
    if privilege in relation.privileges:
        why = f"{privilege} is granted (not executed): all tenants see what one does to these rows"
        return Attempt(statement, why, Outcome.LEAK)
    return Attempt(statement, f"{privilege} is not granted (not executed)", Outcome.HELD)
