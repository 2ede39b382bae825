"""Rehearsing a migration as it would be written, in a process whose Alembic is another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import render_python_code
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError

from tenantapp.places import home
from tenantapp.rehearsal.scratch import NoScratch, scratch
from tenantapp.rls.implementation import render_item
from tenantapp.settings.environment import catalogue
from tenantapp.settings.fields import DatabaseParts
from tenantapp.settings.load import Settings

LONGEST_SECONDS = 300
_FILE = """
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = {revision!r}
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
"""


def require_sound(script: MigrationScript, context: MigrationContext, settings: Settings) -> None:
    """Rehearse a generated migration, from nothing.

    Args:
        script: what was generated.
        context: of the database that it was generated for.
        settings: of the program that generates it.

    Raises:
        CommandError: it is not sound, or there is nowhere to rehearse it.
    """
    scripts = context.script
    assert scripts is not None  # noqa: S101 - it was generated for one
    before = scripts.get_current_head() or "base"
    major = int(context.connection.dialect.server_version_info[0])  # type: ignore[union-attr,index]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "migrations"
        shutil.copytree(scripts.dir, folder, ignore=shutil.ignore_patterns("__pycache__"))
        revision = str(script.rev_id)
        (folder / "versions" / f"{revision}_rehearsed.py").write_text(_text(script, before, context))
        try:
            with scratch(settings, major) as environment:
                told = _run(folder, revision, before, {**_own_environment(), **environment})
        except NoScratch as error:
            raise CommandError(
                f"the migration was not tried out, and is not written: {error}; set SCRATCH_DATABASE_URL to "
                "a server of that version where roles and databases may be made, or write it untried by "
                "-x no-verify"
            ) from error
    if told:
        raise CommandError(f"the migration is not written: {told}; -x no-verify writes it as it is")


def _text(script: MigrationScript, before: str, context: MigrationContext) -> str:
    assert script.upgrade_ops is not None  # noqa: S101 - what is generated has both
    assert script.downgrade_ops is not None  # noqa: S101
    # Of its own: one that belongs to a folder of scripts renders for that folder's env.py alone.
    renders = MigrationContext.configure(context.connection)
    upgrade, downgrade = (
        render_python_code(ops, render_item=render_item, migration_context=renders)
        for ops in (script.upgrade_ops, script.downgrade_ops)
    )
    return _FILE.format(revision=str(script.rev_id), before=before, upgrade=upgrade, downgrade=downgrade)


def _own_environment() -> dict[str, str]:
    """Return this program's environment without its addresses: they are no scratch database's."""
    parts = catalogue(DatabaseParts)
    return {
        key: value
        for key, value in os.environ.items()
        if key not in parts and not key.endswith("DATABASE_URL")
    }


def _run(folder: Path, revision: str, before: str, environment: dict[str, str]) -> str:
    """Return why the migration may not stay, or nothing."""
    command = [sys.executable, "-m", "tenantapp.rehearsal", str(folder), revision, before]
    try:
        done = subprocess.run(
            command,
            cwd=home(),
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"its rehearsal took longer than {LONGEST_SECONDS} s"
    if not done.returncode:
        return ""
    lines = done.stderr.strip().splitlines() or ["its rehearsal ended without a word"]
    return lines[-1].removeprefix("Error: ")
