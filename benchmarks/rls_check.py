"""How long `flask db check` and `flask db migrate` take, as commands, on a database of 100 scoped tables.

Run: `.venv/bin/python -m benchmarks.rls_check`
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.stage import stage
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree

TABLES = 100
RUNS = 5
SECONDS = 5.0
MIGRATE_SECONDS = 10.0
MODEL = """
class Scoped{number}(SoftDeletable, Resource):
    __tablename__ = "scoped_{number}s"

    customer_id: Mapped[UUID]
    name: Mapped[str] = columns.required_text(255)
    status: Mapped[str] = columns.enumeration(("active", "inactive"), "active")

    @classmethod
    def scoped_args(cls):
        return (
            ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
            UniqueConstraint("tenant_id", "name"),
            Index(None, "tenant_id", "status"),
        )
"""


def main() -> None:
    """Print how long each took, and fail where that is too long."""
    with stage() as place, tempfile.TemporaryDirectory() as folder:
        tree = Tree(Migrations(place.server, place.database), Path(folder))
        tree.declare(_models(TABLES))
        tree.migrate()
        tree.flask_db("upgrade")
        checks = _measured(lambda: tree.flask_db("check"))
        tree.declare(_models(TABLES + 1))
        migrates = _measured(lambda: _migrated(tree))
    is_slow = _told("check", checks, SECONDS) | _told("migrate, rehearsed", migrates, MIGRATE_SECONDS)
    raise SystemExit(is_slow)


def _models(number: int) -> str:
    return "\n".join(MODEL.format(number=each) for each in range(number))


def _migrated(tree: Tree) -> None:
    """Write a migration, and remove it again: the next run has the same to do."""
    before = tree.revisions()
    tree.migrate()
    (written,) = tree.revisions() - before
    (tree.root / "migrations" / "versions" / written).unlink()


def _measured(step: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        step()
        taken.append(time.perf_counter() - started)
    return taken


def _told(command: str, taken: list[float], seconds: float) -> bool:
    """Print how long a command took; tell whether that is too long."""
    median = statistics.median(taken)
    print(
        f"flask db {command}, {TABLES} scoped tables: median {median:.2f} s, fastest {min(taken):.2f} s "
        f"(under {seconds:.0f} s: {'kept' if median < seconds else 'NOT KEPT'})"
    )
    return median > seconds


if __name__ == "__main__":
    main()
