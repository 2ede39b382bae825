"""What A reads."""

from __future__ import annotations

from collections.abc import Iterator

from tenantapp.rls.probe.attacks.target import Attack, Target
from tenantapp.rls.probe.report import Attempt, Outcome
from tenantapp.rls.probe.tenants import NOBODY, A, B


def _read(target: Target) -> Iterator[Attempt]:
    yield target.nothing(target.ask("SELECT {owner} FROM {t} WHERE {the_b}"))
    others = target.ask("SELECT {owner} FROM {t} WHERE {owner} IS DISTINCT FROM {A} LIMIT 3")
    yield target.nothing(others)
    # A condition that fails on B's row must not be asked of it.
    divided = "SELECT {owner} FROM {t} WHERE 1 / (CASE WHEN {owner} = {B} THEN 0 ELSE 1 END) = 2"
    yield target.nothing(target.ask(divided))
    target.session.bind(NOBODY)
    yield target.nothing(target.ask("SELECT {owner} FROM {t} LIMIT 3"))


def _count(target: Target) -> Iterator[Attempt]:
    aimed = "SELECT count(*) FROM {t} WHERE {the_b} HAVING count(*) > 0"
    yield target.nothing(target.ask(aimed))
    wide = (
        "SELECT count(*) FROM (SELECT {owner} FROM {t} LIMIT 1000) AS seen "
        "HAVING count(*) <> count(*) FILTER (WHERE {owner} = {A})"
    )
    yield target.nothing(target.ask(wide))


def _join(target: Target) -> Iterator[Attempt]:
    to_itself = (
        "SELECT other.{owner} FROM {t} AS own JOIN {t} AS other ON other.{owner} <> own.{owner} LIMIT 3"
    )
    yield target.nothing(target.ask(to_itself))
    outer = (
        "SELECT other.{owner} FROM {tenants} AS own RIGHT JOIN {t} AS other ON true "
        "WHERE other.{owner} = {B} LIMIT 3"
    )
    yield target.nothing(target.ask(outer))
    inside = "SELECT 1 WHERE (SELECT max({owner}::text) FROM {t} WHERE {the_b}) IS NOT NULL"
    yield target.nothing(target.ask(inside))


def _exists(target: Target) -> Iterator[Attempt]:
    yield target.nothing(target.ask("SELECT 1 WHERE EXISTS (SELECT FROM {t} WHERE {the_b})"))
    ids = [
        column.name
        for column in target.table.columns.values()
        if column.base_type == "uuid" and column.name == "id" and target.b.values.get(column.name)
    ]
    for name in ids:
        by_id = "SELECT 1 WHERE EXISTS (SELECT FROM {t} WHERE {id})"
        yield target.nothing(target.ask(by_id, id=target.b.equals([name])))


def _before_policy(target: Target) -> Iterator[Attempt]:
    """What is compared cheaply comes before a policy; a sub-select runs for the rows alone that meet it."""
    for kind in ("indexscan", "indexonlyscan", "bitmapscan"):
        target.session.connection.execute(f"SET LOCAL enable_{kind} = off")
    compared = (
        "SELECT {owner} FROM {t} WHERE CASE WHEN {owner} = ANY (ARRAY[{B}]) THEN (SELECT {tripwire}) END"
    )
    yield target.nothing(target.ask(compared))
    # Half of the smallest number is nothing, and in a UNION ALL what costs nothing comes first.
    target.session.connection.execute("SET LOCAL cpu_operator_cost = '0x1p-1074'")
    freely = (
        "SELECT o FROM (SELECT {owner} AS o FROM {t} UNION ALL SELECT {owner} FROM {t}) AS s "
        "WHERE CASE WHEN o = ANY (ARRAY[{B}]) THEN (SELECT {tripwire}) END"
    )
    yield target.nothing(target.ask(freely))


def _for_update(target: Target) -> Iterator[Attempt]:
    yield target.nothing(target.ask("SELECT {owner} FROM {t} WHERE {the_b} FOR UPDATE NOWAIT"))
    yield target.nothing(target.ask("SELECT {owner} FROM {t} WHERE {the_b} FOR KEY SHARE NOWAIT"))


def _copy_to(target: Target) -> Iterator[Attempt]:
    aimed = target.compose("COPY (SELECT {owner} FROM {t} WHERE {the_b}) TO STDOUT")
    attempt = target.nothing(target.session.copy_out(aimed))
    yield attempt
    if attempt.outcome is not Outcome.LEAK:
        # Without a condition only where it cannot copy the whole of a live table.
        target.session.bind(NOBODY)
        yield target.nothing(target.session.copy_out(target.compose("COPY {t} ({owner}) TO STDOUT")))


def _plan(target: Target) -> Iterator[Attempt]:
    """A statement that was planned for A must answer B with B's rows."""
    session = target.session
    session.connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    plan = target.compose("PREPARE probe_plan AS SELECT {owner} FROM {t} LIMIT 3")
    execute = target.compose("EXECUTE probe_plan")
    prepared = session.execute(plan)
    if prepared.state:
        yield target.nothing(prepared)
        return
    try:
        session.bind(A)
        session.ask(execute)
        session.bind(B)
        answer = session.ask(execute)
    finally:
        session.connection.execute("DEALLOCATE probe_plan")
    seen = {row[0] for row in answer.rows}
    if seen - {B}:
        yield answer.judged(Outcome.LEAK, "B was given what was planned for A")
    elif answer.state:
        yield target.nothing(answer)
    elif not seen:
        yield answer.judged(Outcome.NOT_PROBED, "B does not see its own row")
    else:
        yield answer.judged(Outcome.HELD, "B was given B's row")


ATTACKS = (
    Attack(
        "read", "Read B's row: by its key, by whatever is not A's, by a condition that fails on it", _read
    ),
    Attack("count", "Count rows that are not A's", _count),
    Attack("join", "Reach B's row from A's by a join or a sub-select", _join),
    Attack("exists", "Ask whether B's row exists, by its id", _exists),
    Attack("before policy", "Compare B's row before its policy is asked", _before_policy),
    Attack("for update", "Lock B's row", _for_update),
    Attack("copy to", "Copy B's row out", _copy_to),
    Attack("plan", "Have B answered by a plan that was made for A", _plan),
)
