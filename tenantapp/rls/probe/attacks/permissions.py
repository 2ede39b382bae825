"""What is asked by permission alone, because doing it would stop a live database."""

from __future__ import annotations

from collections.abc import Iterator

from tenantapp.rls.probe.attacks.target import Attack, Target
from tenantapp.rls.probe.report import Attempt, Outcome


def _truncate(target: Target) -> Iterator[Attempt]:
    yield _granted(target, "TRUNCATE {t}", "TRUNCATE")


def _lock(target: Target) -> Iterator[Attempt]:
    """Who may change rows may LOCK: there is no privilege against it, and it discloses nothing."""
    statement = "LOCK TABLE {t} IN ACCESS EXCLUSIVE MODE"
    attempt = _granted(target, statement, "TRUNCATE", "MAINTAIN")
    if attempt.outcome is Outcome.HELD and {"UPDATE", "DELETE"} & set(target.table.privileges):
        why = "UPDATE and DELETE imply it: PostgreSQL has no privilege against it, time-outs bound it"
        attempt = Attempt(attempt.statement, why, Outcome.ACCEPTED)
    yield attempt


def _own(target: Target) -> Iterator[Attempt]:
    yield _granted(target, "CREATE TRIGGER steal BEFORE INSERT ON {t} EXECUTE FUNCTION steal()", "TRIGGER")
    yield _granted(target, "ALTER TABLE mine ADD FOREIGN KEY (id) REFERENCES {t}", "REFERENCES")
    statement = target.compose("ALTER TABLE {t} DISABLE ROW LEVEL SECURITY").as_string()
    if target.table.owned:
        yield Attempt(statement, "the role owns the table, or is a member of who does", Outcome.LEAK)
    else:
        yield Attempt(statement, "the role does not own the table (not executed)", Outcome.HELD)


def _granted(target: Target, template: str, *privileges: str) -> Attempt:
    statement = target.compose(template).as_string()
    granted = [privilege for privilege in privileges if privilege in target.table.privileges]
    if granted and target.table.reachable:
        return Attempt(statement, f"{', '.join(granted)} is granted (not executed)", Outcome.LEAK)
    return Attempt(statement, f"{' or '.join(privileges)} is not granted (not executed)", Outcome.HELD)


ATTACKS = (
    Attack("truncate", "Empty the table (by permission)", _truncate),
    Attack("lock", "Lock the whole table (by permission)", _lock),
    Attack(
        "own", "Put a trigger on the table, refer to it, or switch its policies off (by permission)", _own
    ),
)
