"""What is reached in no context, and in a spoiled one."""

from __future__ import annotations

from collections.abc import Iterator

from tenantapp.rls.probe.attacks.target import Attack, Target
from tenantapp.rls.probe.report import Attempt, Outcome
from tenantapp.rls.probe.session import Answer
from tenantapp.rls.probe.tenants import B

_READ = "SELECT {owner} FROM {t} LIMIT 3"
SPOILED = (
    "v1",
    "v1....",
    "v1.all..system.none",
    "v1.%..system.none",
    f"v1.{B}..system.none",
    f"v2.{B}..system.none",
    str(B),
    f"v1.{B}",
    f"v1.{B}..system",
    f"v1.{B},{B}..system.none",
)
# What stands for the tenant is no uuid.
_UNREADABLE = "22"


def _no_context(target: Target) -> Iterator[Attempt]:
    target.session.spoil("")
    yield _closed(target, target.ask(_READ))
    yield target.refusal(target.session.ask(target.next_b.insertion()))
    yield _closed(target, target.ask("UPDATE {t} SET {column} = {value} WHERE {tripwire}"))
    yield _closed(target, target.ask("DELETE FROM {t} WHERE {tripwire}"))


def _spoiled_context(target: Target) -> Iterator[Attempt]:
    for context in SPOILED:
        target.session.spoil(context)
        answer = target.ask(_READ)
        attempt = _closed(target, answer)
        yield Attempt(f"-- in the context {context!r}\n{attempt.statement}", attempt.answer, attempt.outcome)


def _closed(target: Target, answer: Answer) -> Attempt:
    if answer.state.startswith(_UNREADABLE) and answer.state != "22012":
        return answer.judged(Outcome.HELD)
    return target.nothing(answer)


ATTACKS = (
    Attack("no context", "Read and write without a tenant context", _no_context),
    Attack("spoiled context", "Read in contexts that are nobody's", _spoiled_context),
)
