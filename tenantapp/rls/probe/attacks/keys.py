"""What A learns, or reaches, through unique keys and references."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from psycopg import sql

from tenantapp.rls.probe.attacks.target import Attack, Target
from tenantapp.rls.probe.relations import ForeignKey, UniqueKey
from tenantapp.rls.probe.report import Attempt, Outcome
from tenantapp.rls.probe.rows import Row, listed, raw
from tenantapp.rls.probe.session import Answer
from tenantapp.rls.probe.tenants import A, B
from tenantapp.rls.probe.values import candidates

_TAKEN = ("23505", "23P01", "42501")
_NO_REFERENCE = "23503"


def _upsert(target: Target) -> Iterator[Attempt]:
    """With B's values in its unique keys, a row of A's is inserted as if B's were not there."""
    refused = _cannot_insert(target)
    for key in _keys(target):
        if refused is not None:
            yield refused
            return
        yield _upserted(target, key)
        yield _taken(target, key)


def _upserted(target: Target, key: UniqueKey) -> Attempt:
    insertion = _with_bs_key(target, key).insertion()
    if key.no_arbiter:
        return _judged(target, target.insert(insertion))
    statement = target.compose(
        "{insertion} ON CONFLICT ({terms}){where} DO UPDATE SET {column} = {value} RETURNING {owner}",
        insertion=insertion,
        terms=listed(map(raw, key.terms)),
        where=raw(f" WHERE {key.predicate}" if key.predicate else ""),
    )
    if not _is_covered(target, key):
        answer = Answer(statement.as_string())
        return answer.judged(Outcome.NOT_PROBED, f"B's row is outside {key.name}: {key.predicate}")
    return _judged(target, target.insert(statement))


def _taken(target: Target, key: UniqueKey) -> Attempt:
    columns = [name for name in key.columns if name != target.table.owner]
    assignments = listed(
        sql.SQL("{} = {}").format(sql.Identifier(name), target.b.value(name)) for name in columns
    )
    return _judged(target, target.ask("UPDATE {t} SET {all} WHERE {the_a}", all=assignments))


def _judged(target: Target, answer: Answer) -> Attempt:
    if answer.denied:
        return answer.judged(Outcome.HELD)
    if answer.state in _TAKEN:
        return answer.judged(Outcome.LEAK, "it met B's row")
    if answer.state == _NO_REFERENCE:
        return answer.judged(Outcome.HELD, "the key is free; the reference is refused")
    if answer.state:
        return target.nothing(answer)
    if any(row[0] != A for row in answer.rows):
        return answer.judged(Outcome.LEAK, "it changed a row that is not A's")
    return answer.judged(Outcome.HELD, "B's row was not in the way")


def _merge(target: Target) -> Iterator[Attempt]:
    for key in _keys(target):
        values = listed(
            sql.SQL("{} AS {}").format(target.b.value(name), sql.Identifier(name)) for name in key.columns
        )
        same = listed(
            (
                sql.SQL("t.{0} IS NOT DISTINCT FROM aimed.{0}").format(sql.Identifier(name))
                for name in key.columns
            ),
            " AND ",
        )
        merge = "MERGE INTO {t} AS t USING (SELECT {values}) AS aimed ON {same} AND t.{owner} = {B} "
        for then in ("UPDATE SET {column} = {value}", "DELETE"):
            yield target.nothing(target.ask(f"{merge} WHEN MATCHED THEN {then}", values=values, same=same))
    columns = listed(map(sql.Identifier, target.next_b.values))
    inserted = listed(target.next_b.value(name) for name in target.next_b.values)
    insert = (
        "MERGE INTO {t} AS t USING (SELECT) AS aimed ON false WHEN NOT MATCHED THEN INSERT ({c}) VALUES ({v})"
    )
    yield target.refusal(target.ask(insert, c=columns, v=inserted))


def _reference(target: Target) -> Iterator[Attempt]:
    """A reference to B's row is refused, and like one to a row of nobody's."""
    refused = _cannot_insert(target)
    for key in target.table.references:
        columns = [name for name in key.columns if name != target.table.owner]
        parent = target.b if key.referred == target.table.oid else target.parents.get(key.referred)
        if not columns or parent is None:
            continue
        if refused is not None:
            yield refused
            return
        values = {name: parent.values.get(_referred(key, name)) for name in columns}
        to_b = target.insert(target.next_a.changed(**values).insertion())
        nobodys = {name: _invented(parent, _referred(key, name)) for name in columns}
        to_nobody = target.insert(target.next_a.changed(**nobodys).insertion())
        yield _compared(target, to_b, to_nobody)
        assignments = listed(
            sql.SQL("{} = {}").format(sql.Identifier(name), target.next_a.changed(**values).value(name))
            for name in columns
        )
        changed = target.ask("UPDATE {t} SET {all} WHERE {the_a}", all=assignments)
        yield target.nothing(changed) if changed.state != _NO_REFERENCE else changed.judged(Outcome.HELD)


def _compared(target: Target, to_b: Answer, to_nobody: Answer) -> Attempt:
    if not to_b.state:
        return to_b.judged(Outcome.LEAK, "A's row refers to B's")
    if to_b.unanswered or to_b.state != _NO_REFERENCE:
        return target.nothing(to_b)
    if (to_b.state, to_b.message) != (to_nobody.state, to_nobody.message):
        return to_b.judged(Outcome.LEAK, f"it tells that B's row exists: to nobody's it is {to_nobody}")
    return to_b.judged(Outcome.HELD, "refused like a reference to nobody's row")


def _referred(key: ForeignKey, column: str) -> str:
    return dict(zip(key.columns, key.referred_columns, strict=True))[column]


def _invented(parent: Row, column: str) -> str | None:
    values = candidates(parent.table.columns[column], ())
    return str(uuid4()) if parent.table.columns[column].base_type == "uuid" else values[0]


def _keys(target: Target) -> Iterator[UniqueKey]:
    """Yield the keys that have more to them than whose a row is, as far as B's row has values in them."""
    for key in target.table.keys:
        columns = [name for name in key.columns if name != target.table.owner]
        if columns and all(name in target.b.values for name in columns):
            yield key


def _with_bs_key(target: Target, key: UniqueKey) -> Row:
    columns = [name for name in key.columns if name != target.table.owner]
    return target.next_a.changed(**{name: target.b.values[name] for name in columns})


def _is_covered(target: Target, key: UniqueKey) -> bool:
    if key.predicate is None:
        return True
    with target.session.undone():
        target.session.bind(B)
        covered = target.ask("SELECT 1 FROM {t} WHERE {the_b} AND ({p})", p=raw(key.predicate))
    return covered.touched == 1 or covered.denied


def _cannot_insert(target: Target) -> Attempt | None:
    """Return the attempt where A cannot insert a row of its own, so that no other tells anything."""
    control = target.insert(target.next_a.insertion())
    if not control.state:
        return None
    if control.denied:
        return control.judged(Outcome.HELD, "A may insert nothing at all")
    return control.judged(Outcome.NOT_PROBED, "A cannot insert a row of its own")


ATTACKS = (
    Attack(
        "upsert",
        "Meet B's row by each unique key: ON CONFLICT DO UPDATE, and an UPDATE to B's values",
        _upsert,
    ),
    Attack("merge", "Meet B's row by each unique key, and insert for B, by MERGE", _merge),
    Attack("reference", "Refer to B's row through each foreign key", _reference),
)
