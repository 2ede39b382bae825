"""A migration that is added beside a running server: `/readyz` and the next start name it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import is_served
from tests.e2e.programs import GUNICORN, REPOSITORY, Program, eventually, free_port, on_database, running
from tests.e2e.wire import call
from tests.support.databases import Server

BROKEN = "cannot be read (SyntaxError: invalid syntax (9999_later.py, line 1)): repair or remove"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the source, whose migrations may be changed."""
    folder = tmp_path / "checkout"
    for part in ("tenantapp", "migrations", "sql"):
        shutil.copytree(REPOSITORY / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "wsgi.py", folder)
    return folder


def revisions(checkout: Path) -> list[str]:
    return sorted(path.name[:4] for path in (checkout / "migrations" / "versions").glob("[0-9]*.py"))


def test_the_missing_revision_is_named(
    server: Server, shared_database: str, checkout: Path, tmp_path: Path
) -> None:
    port = free_port()
    told = {**on_database(server, shared_database, PORT=str(port)), "PYTHONPATH": str(checkout)}
    *_, before, newest = revisions(checkout)
    added = checkout / "migrations" / "versions" / "9999_later.py"

    def readyz() -> tuple[int, list[str]]:
        answer = call(port, "GET", "/readyz")
        return answer.status, [told for told in answer.json["problems"] if "migration" in told]

    def says(status: int, text: str) -> bool:
        # An answer is kept for seconds.
        return eventually(lambda: readyz()[0] == status and text in "".join(readyz()[1]), 30)

    with running(GUNICORN, told, tmp_path / "served", checkout) as program:
        assert eventually(lambda: is_served(port), 60), program.errors
        assert says(200, ""), readyz()
        lacking = f"the database is at {newest}, not at 9999: run `flask db upgrade`"
        for follows, text in ((newest, lacking), (before, f"several newest revisions, {newest}, 9999")):
            added.write_text(f'revision = "9999"\ndown_revision = "{follows}"\n')
            assert says(503, text), readyz()
        added.write_text("def upgrade(:\n")
        assert says(503, BROKEN), readyz()
        assert "Traceback" not in program.errors

    refused = Program(GUNICORN, told, tmp_path / "refused", checkout)
    assert refused.ends() == 3
    assert [BROKEN in line for line in refused.errors.splitlines()] == [True]
