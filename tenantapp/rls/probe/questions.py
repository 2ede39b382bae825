"""What is asked of views, shared tables and functions: with B's rows there, without them, in no context."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from psycopg import sql

from tenantapp.rls.probe.calls import calls_of
from tenantapp.rls.probe.planting import Rows
from tenantapp.rls.probe.relations import Relation, Routine
from tenantapp.rls.probe.report import Attempt, Outcome
from tenantapp.rls.probe.rows import raw
from tenantapp.rls.probe.session import Answer, Statement
from tenantapp.rls.probe.tenants import A, B


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that is asked with B's rows there and without.

    Args:
        cell: the attack that it is part of.
        statement: what is asked.
        given: what it hands over, which is no news when it comes back.
        must_meet_none: whether any row at all is another tenant's.
    """

    cell: str
    statement: Statement
    given: frozenset[str] = field(default_factory=frozenset)
    must_meet_none: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question was answered.

    Args:
        first: in A's context.
        second: in A's context once more.
        tenant: whose context it was afterwards.
        bare: without a context.
    """

    first: Answer
    second: Answer
    tenant: object
    bare: Answer


def questions_of(what: Relation | Routine, rows: Rows) -> list[Question]:
    """Return what is asked of a relation or a function, given B's rows."""
    if isinstance(what, Routine):
        return [Question("call", call, given) for call, given in calls_of(what, rows)]
    return [*_reads(what), *_writes(what)]


def _reads(relation: Relation) -> Iterator[Question]:
    if "SELECT" not in {*relation.privileges, *relation.column_privileges}:
        return
    names = {"r": relation.ident, "owner": sql.Identifier(relation.owner or "")}
    if relation.owner:
        foreign = "SELECT {owner}::text FROM {r} WHERE {owner} <> {a} LIMIT 3"
        statement = raw(foreign).format(a=sql.Literal(str(A)), **names)
        yield Question("read", statement, must_meet_none=True)
    # One line, whatever its size: how many rows A sees, and what they hold.
    whole = (
        "SELECT count(*)::text, md5(coalesce(string_agg(r::text, ',' ORDER BY r::text), '')) FROM {r} AS r"
    )
    yield Question("read", raw(whole).format(**names))
    yield Question("read", raw("SELECT r::text FROM {r} AS r LIMIT 50").format(**names))


def _writes(relation: Relation) -> Iterator[Question]:
    """Yield writes through a view to B's rows alone."""
    if relation.kind != "v" or not relation.owner:
        return
    names = {"r": relation.ident, "owner": sql.Identifier(relation.owner), "b": sql.Literal(str(B))}
    update = "UPDATE {r} SET {column} = {column} WHERE {owner} = {b}"
    # Of each: a view does not say which of its columns PostgreSQL generates and so lets nobody write.
    for column in map(sql.Identifier, relation.columns):
        yield Question("update", raw(update).format(column=column, **names), must_meet_none=True)
    yield Question("delete", raw("DELETE FROM {r} WHERE {owner} = {b}").format(**names), must_meet_none=True)


def judge(question: Question, with_b: Asked, without_b: Asked, marks: frozenset[str]) -> list[Attempt]:
    """Judge the answers to one question.

    Args:
        question: what was asked.
        with_b: the answers where B's rows were there.
        without_b: the answers where they were not.
        marks: texts that B's rows alone hold.
    """
    attempts = [_judge_answer(question, with_b, without_b, marks)]
    if found := _found(with_b.bare, marks - question.given):
        attempts.append(with_b.bare.judged(Outcome.LEAK, f"without a context it holds B's {found}"))
    return attempts


def _judge_answer(question: Question, with_b: Asked, without_b: Asked, marks: frozenset[str]) -> Attempt:
    answer = with_b.first
    if why := _got(question, with_b, marks):
        return answer.judged(Outcome.LEAK, why)
    if answer.unanswered:
        return answer.judged(Outcome.NOT_PROBED, "the server gave up")
    if _told(answer) == _told(without_b.first):
        return answer.judged(Outcome.HELD, "the same with and without B's rows")
    if _told(answer) == _told(with_b.second):
        return answer.judged(Outcome.LEAK, f"without B's rows it is {without_b.first}")
    return answer.judged(Outcome.HELD, "different each time, and nothing of B's in it")


def _got(question: Question, with_b: Asked, marks: frozenset[str]) -> str:
    """Return what an answer gave of B by itself, or nothing."""
    if found := _found(with_b.first, marks - question.given):
        return f"it holds B's {found}"
    if question.must_meet_none and with_b.first.touched:
        return "it met a row that is not A's"
    return f"afterwards the context is {with_b.tenant}'s" if with_b.tenant != A else ""


def _found(answer: Answer, marks: frozenset[str]) -> str:
    shown = " ".join(str(value) for row in answer.rows for value in row)
    return next((mark for mark in sorted(marks) if mark in shown), "")


def _told(answer: Answer) -> tuple[object, ...]:
    return (answer.state, answer.message, answer.touched, tuple(sorted(map(str, answer.rows))))
