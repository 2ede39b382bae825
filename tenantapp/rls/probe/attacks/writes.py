"""What A writes."""

from __future__ import annotations

from collections.abc import Iterator

from tenantapp.rls.probe.attacks.target import Attack, Target
from tenantapp.rls.probe.report import Attempt, Outcome
from tenantapp.rls.probe.tenants import NOBODY, A

_BLIND_UPDATE = "UPDATE {t} SET {column} = {value} WHERE {tripwire}"
_BLIND_DELETE = "DELETE FROM {t} WHERE {tripwire}"


def _insert(target: Target) -> Iterator[Attempt]:
    yield target.refusal(target.session.ask(target.next_b.insertion()))


def _update(target: Target) -> Iterator[Attempt]:
    yield target.nothing(target.ask("UPDATE {t} SET {column} = {value} WHERE {the_b}"))
    target.session.bind(NOBODY)
    yield target.nothing(target.ask(_BLIND_UPDATE))


def _update_into(target: Target) -> Iterator[Attempt]:
    """With a condition the new row must also be visible; without one WITH CHECK stands alone."""
    aimed = target.ask("UPDATE {t} SET {owner} = {B} WHERE {the_a}")
    yield target.refusal(aimed) if aimed.state else target.nothing(aimed)
    target.session.bind(NOBODY)
    attempt = target.nothing(target.ask(_BLIND_UPDATE))
    target.session.bind(A)
    # Only where it can touch no row but A's canary.
    if attempt.outcome is Outcome.HELD:
        blind = target.ask("UPDATE {t} SET {owner} = {B}")
        yield target.refusal(blind) if blind.state else target.nothing(blind)


def _update_out(target: Target) -> Iterator[Attempt]:
    yield target.nothing(target.ask("UPDATE {t} SET {owner} = {A} WHERE {the_b}"))


def _delete(target: Target) -> Iterator[Attempt]:
    yield target.nothing(target.ask("DELETE FROM {t} WHERE {the_b}"))
    target.session.bind(NOBODY)
    yield target.nothing(target.ask(_BLIND_DELETE))


def _returning(target: Target) -> Iterator[Attempt]:
    inserted = target.compose("{insertion} RETURNING {owner}", insertion=target.next_b.insertion())
    yield target.refusal(target.session.ask(inserted))
    update = "UPDATE {t} SET {column} = {value} WHERE {the_b} RETURNING {owner}"
    yield target.nothing(target.ask(update))
    yield target.nothing(target.ask("DELETE FROM {t} WHERE {the_b} RETURNING {owner}"))


def _copy_from(target: Target) -> Iterator[Attempt]:
    """PostgreSQL refuses COPY FROM wherever row-level security applies to the role."""
    answer = target.session.copy_in(target.compose("COPY {t} ({owner}) FROM STDIN"))
    yield target.refusal(answer)


ATTACKS = (
    Attack("insert", "Insert a row of B's", _insert),
    Attack("update", "Change B's row: by its key, and whatever is met without a condition", _update),
    Attack("update into", "Make A's row B's", _update_into),
    Attack("update out", "Make B's row A's", _update_out),
    Attack("delete", "Delete B's row: by its key, and whatever is met without a condition", _delete),
    Attack("returning", "Have B's row returned by INSERT, UPDATE or DELETE", _returning),
    Attack("copy from", "Copy rows in past the policies", _copy_from),
)
