"""Attacks on what has no rows of its own to plant: views, shared tables, functions.

What A is answered must be the same whether B's rows are there or not: each is asked twice, and B's canaries
are looked for in the answers. Everything is asked in one snapshot: other sessions make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from tenantapp.rls.probe.calls import calls_of
from tenantapp.rls.probe.catalog import KINDS, Catalog, Function, Relation
from tenantapp.rls.probe.planting import NotPlanted, Planter, Rows
from tenantapp.rls.probe.report import Attempt, Cell, Outcome, Subject
from tenantapp.rls.probe.rows import raw
from tenantapp.rls.probe.session import Answer, Session, Statement
from tenantapp.rls.probe.tenants import A, B, CanaryTenants

_SAME = "the same with and without B's rows"
_SHOWN_ROWS = 50


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that is asked with B's rows there and without.

    Args:
        statement: what is asked; it returns texts.
        given: what it hands over, which is no news when it comes back.
    """

    statement: Statement
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question was answered, twice over, and whose context it left."""

    first: Answer
    second: Answer
    tenant: object


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
            questions = self._questions(rows)
            with_b = [[self._ask(question) for question in asked] for _, asked in questions]
            self._session.connection.execute("ROLLBACK TO SAVEPOINT without_b")
            without_b = [[self._ask(question) for question in asked] for _, asked in questions]
            return [
                self._subject(
                    what, [_judge(q, one, two, marks) for q, one, two in zip(asked, *answers, strict=True)]
                )
                for (what, asked), *answers in zip(questions, with_b, without_b, strict=True)
            ]

    def _plant_all(self, rows: Rows, tenant: object) -> Rows:
        self._session.bind(A if tenant == A else B)
        for table in self._catalog.scoped():
            if not table.is_closed and not table.is_partition:
                try:
                    self._planter.plant(table, A if tenant == A else B, rows)
                except NotPlanted:
                    continue  # its own line in the matrix says so
        return rows

    def _questions(self, rows: Rows) -> list[tuple[Relation | Function, list[Question]]]:
        relations = [(r, list(_reads(r))) for r in self._catalog.others() if "SELECT" in r.privileges]
        calls = [
            (f, [Question(call, given) for call, given in calls_of(f, rows)]) for f in self._catalog.functions
        ]
        return [*relations, *calls]

    def _ask(self, question: Question) -> Asked:
        with self._session.undone():
            self._session.bind(A)
            first = self._session.ask(question.statement)
            second = self._session.execute(question.statement)
            after = (
                None if second.state else self._session.execute(sql.SQL("SELECT tenancy.current_tenant_id()"))
            )
            return Asked(first, second, after.rows[0][0] if after and after.rows else A)

    def _subject(self, what: Relation | Function, attempts: list[Attempt]) -> Subject:
        if isinstance(what, Function):
            return Subject("function", what.signature, (Cell("call", tuple(attempts)),))
        kind = "shared table" if what.is_table else KINDS[what.kind]
        cells = [Cell("read", (*attempts, *self._kept(what)))]
        cells += [Cell(name, tuple(tried)) for name, tried in self._writes(what) if tried]
        return Subject(kind, what.full_name, tuple(cells))

    def _kept(self, relation: Relation) -> Iterator[Attempt]:
        """Judge what was stored without a policy; canaries that are not committed cannot be in it."""
        sources = [self._catalog.relations.get(oid) for oid in relation.kept_from]
        if names := sorted({source.full_name for source in sources if source and source.is_scoped}):
            why = f"it keeps what its owner saw of {', '.join(names)}, and no policy filters it"
            yield Attempt(f"TABLE {relation.full_name}", why, Outcome.LEAK)

    def _writes(self, relation: Relation) -> Iterator[tuple[str, list[Attempt]]]:
        if relation.is_table:
            yield "insert", [_shared(relation, "INSERT")]
            yield "update", [_shared(relation, "UPDATE")]
            yield "delete", [_shared(relation, "DELETE")]
            yield "truncate", [_shared(relation, "TRUNCATE")]


def _reads(relation: Relation) -> Iterator[Question]:
    names = {"r": relation.ident, "owner": sql.Identifier(relation.owner or "")}
    if relation.owner:
        foreign = "SELECT {owner}::text FROM {r} WHERE {owner} <> {a} LIMIT 3"
        yield Question(raw(foreign).format(a=sql.Literal(str(A)), **names))
    # One line, whatever its size: how many rows A sees, and what they hold.
    whole = (
        "SELECT count(*)::text, md5(coalesce(string_agg(r::text, ',' ORDER BY r::text), '')) FROM {r} AS r"
    )
    yield Question(raw(whole).format(**names))
    yield Question(raw("SELECT r::text FROM {r} AS r LIMIT 50").format(**names))


def _judge(question: Question, with_b: Asked, without_b: Asked, marks: frozenset[str]) -> Attempt:
    answer = with_b.first
    shown = " ".join(str(value) for row in answer.rows for value in row)
    if found := sorted(mark for mark in marks - question.given if mark in shown):
        return answer.judged(Outcome.LEAK, f"it holds B's {found[0]}")
    if with_b.tenant != A:
        return answer.judged(Outcome.LEAK, f"afterwards the context is {with_b.tenant}'s")
    if answer.unanswered:
        return answer.judged(Outcome.NOT_PROBED, "the server gave up")
    if _told(answer) == _told(without_b.first):
        return answer.judged(Outcome.HELD, _SAME)
    if _told(with_b.first) == _told(with_b.second):
        return answer.judged(Outcome.LEAK, f"without B's rows it is {without_b.first}")
    return answer.judged(Outcome.HELD, "different each time, and nothing of B's in it")


def _told(answer: Answer) -> tuple[object, ...]:
    return (answer.state, answer.message, tuple(sorted(map(str, answer.rows))))


def _shared(relation: Relation, privilege: str) -> Attempt:
    statement = f"-- {privilege} on {relation.full_name}"
    if privilege in relation.privileges:
        why = f"{privilege} is granted (not executed): all tenants see what one does to these rows"
        return Attempt(statement, why, Outcome.LEAK)
    return Attempt(statement, f"{privilege} is not granted (not executed)", Outcome.HELD)
