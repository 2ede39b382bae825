"""One table under attack: A attacks, B is attacked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from psycopg import sql

from tenantapp.rls.probe.planting import Rows
from tenantapp.rls.probe.relations import Relation
from tenantapp.rls.probe.report import Attempt, Outcome
from tenantapp.rls.probe.rows import Row, raw
from tenantapp.rls.probe.session import Answer, Session, Statement

Run = Callable[["Target"], Iterator[Attempt]]

_DIVISION_BY_ZERO = "22012"
_CONSTRAINT = "23"
# Raises at the first row that a policy lets through, and reads no column: nothing is written or locked.
TRIPWIRE = sql.SQL("1 / (random() * 0)::int = 1")


@dataclass(frozen=True, slots=True)
class Attack:
    """One way across.

    Args:
        name: as the report calls it.
        what: in a sentence, what is tried.
        run: tries it, in A's context, and yields what came of it.
    """

    name: str
    what: str
    run: Run


@dataclass(frozen=True, slots=True)
class Target:
    """A table, and a row of each tenant in it.

    Args:
        session: the attacker's.
        table: what is attacked.
        a: A's row.
        b: B's row.
        next_a: a row that A could insert.
        next_b: a row that B could insert.
        parents: B's rows by table, those that `b` refers to among them.
        missing: why the rows are not really there, where they are not.
        first: what must be done before A can insert a further row, where it may have but one.
    """

    session: Session
    table: Relation
    a: Row
    b: Row
    next_a: Row
    next_b: Row
    parents: Rows
    missing: str = ""
    first: tuple[Statement, ...] = ()

    @property
    def owner(self) -> sql.Identifier:
        """The column that says whose a row is."""
        return sql.Identifier(self.table.owner or "")

    @property
    def tenants(self) -> sql.Identifier:
        """The table of the tenants, in which each has its own row."""
        return next(row.table.ident for row in self.parents.values() if row.table.is_tenants)

    @property
    def is_a(self) -> sql.Composed:
        """A's id as a literal."""
        return sql.SQL("{}::uuid").format(sql.Literal(str(self.a.tenant_id)))

    @property
    def is_b(self) -> sql.Composed:
        """B's id as a literal."""
        return sql.SQL("{}::uuid").format(sql.Literal(str(self.b.tenant_id)))

    @property
    def column(self) -> str:
        """A column to write to: one that may be written, and is in no key, if there is one."""
        keys = {name for key in self.table.keys for name in key.columns} | {self.table.owner}
        columns = [c for c in self.table.columns.values() if not c.generated]
        columns.sort(key=lambda c: (not c.updatable, c.name in keys))
        return columns[0].name

    def ask(self, template: str, **parts: sql.Composable | str) -> Answer:
        """Execute one statement and undo it.

        Args:
            template: the statement; it may speak of `{t}`, `{tenants}`, `{owner}`, `{A}`, `{B}`, `{the_a}`,
                `{the_b}` (conditions that only that canary meets), `{column}`, `{value}` and `{tripwire}`.
            parts: what else it speaks of; texts are identifiers.
        """
        return self.session.ask(self.compose(template, **parts))

    def insert(self, insertion: Statement) -> Answer:
        """Execute an insertion of A's and undo it."""
        return self.session.ask(insertion, after=self.first)

    def compose(self, template: str, **parts: sql.Composable | str) -> sql.Composed:
        """Return a statement."""
        given = {key: sql.Identifier(p) if isinstance(p, str) else p for key, p in parts.items()}
        return raw(template).format(
            t=self.table.ident,
            tenants=self.tenants,
            owner=self.owner,
            A=self.is_a,
            B=self.is_b,
            the_a=self.a.identity(),
            the_b=self.b.identity(),
            column=sql.Identifier(self.column),
            value=self.next_b.value(self.column),
            tripwire=TRIPWIRE,
            **given,
        )

    def nothing(self, answer: Answer) -> Attempt:
        """Judge an attempt that must meet no row."""
        if answer.state.startswith((_DIVISION_BY_ZERO, _CONSTRAINT)):
            return answer.judged(Outcome.LEAK, "it met a row")
        if answer.state:
            return self._refused(answer)
        if answer.touched:
            return answer.judged(Outcome.LEAK)
        if self.missing:
            return answer.judged(Outcome.NOT_PROBED, f"no canary is there: {self.missing}")
        return answer.judged(Outcome.HELD)

    def refusal(self, answer: Answer) -> Attempt:
        """Judge an attempt that the policy must refuse; a constraint is asked only after it."""
        if not answer.state:
            return answer.judged(Outcome.LEAK, "it was not refused")
        if answer.state.startswith(_CONSTRAINT):
            return answer.judged(Outcome.LEAK, "no policy refused it, only a constraint")
        return self._refused(answer)

    def _refused(self, answer: Answer) -> Attempt:
        if answer.unanswered:
            return answer.judged(Outcome.NOT_PROBED, "the server gave up")
        if answer.refused:
            return answer.judged(Outcome.HELD)
        return answer.judged(Outcome.NOT_PROBED, "refused, but not for isolation")
