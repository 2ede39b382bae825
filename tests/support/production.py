"""Environments as production has them, and what must work in one."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from tests.support.locks import PRODUCTION, REPOSITORY, pins

WALK = "tests.support.production_walk"


def linked_environment(folder: Path) -> Path:
    """Make an environment of links to what requirements.txt pins, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name, pin in pins(PRODUCTION).items():
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        installed = distribution(name)
        for top in {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}:
            (packages / top).symlink_to(Path(str(installed.locate_file(top))))
    return folder / "bin" / "python"


def starts(python: Path) -> None:
    """Hold the program to start in an environment: its modules, its commands, its migrations, its server."""
    ended(python, "-m", WALK)
    assert "0001" in ended(python, "-m", "flask", "--app", "wsgi", "db", "history")
    # It loads migrations/env.py, which then refuses.
    said = ended(python, "-m", "flask", "--app", "wsgi", "db", "upgrade", "--sql", code=1)
    assert "--sql: migrations read the database" in said
    ended(python, "-m", "gunicorn", "--check-config", "-c", "python:tenantapp.server", "wsgi:app")


def ended(python: Path, *words: str | Path, code: int = 0) -> str:
    """Run Python as production does and return what it printed."""
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    done = subprocess.run(
        [python, *words],
        cwd=REPOSITORY,
        env={
            **inherited,
            "APP_ENV": "testing",
            "FLASK_SKIP_DOTENV": "1",
            "PYTHONPATH": str(REPOSITORY),
            "DATABASE_URL": "postgresql://tenantapp_app@localhost/tenantapp",
            "MIGRATION_DATABASE_URL": "postgresql://tenantapp_owner@localhost/tenantapp",
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr
