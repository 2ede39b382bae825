"""How long `flask db check` takes, as a command, on a database of 100 scoped tables.

Run: `.venv/bin/python -m benchmarks.rls_check`
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.stage import stage
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.tree import Tree

TABLES = 100
RUNS = 5
SECONDS = 5.0
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
            Index(None, "tenant_id", "created_at", "id"),
        )
"""


def main() -> None:
    """Print how long it took, and fail where that is too long."""
    with stage() as place, tempfile.TemporaryDirectory() as folder:
        tree = Tree(Migrations(place.server, place.database), Path(folder))
        tree.declare("\n".join(MODEL.format(number=number) for number in range(TABLES)))
        tree.migrate()
        tree.flask_db("upgrade")
        taken = []
        for _ in range(RUNS):
            started = time.perf_counter()
            tree.flask_db("check")
            taken.append(time.perf_counter() - started)
    median = statistics.median(taken)
    verdict = "kept" if median < SECONDS else "NOT KEPT"
    print(
        f"flask db check of {TABLES} scoped tables: median {median:.2f} s, "
        f"fastest of {RUNS} {min(taken):.2f} s (under {SECONDS:.0f} s: {verdict})"
    )
    raise SystemExit(median > SECONDS)


if __name__ == "__main__":
    main()
