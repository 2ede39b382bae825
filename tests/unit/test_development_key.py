"""Development makes its context key once, and keeps it where nobody else reads it."""

from __future__ import annotations

from pathlib import Path

from tenantapp.config import load_settings
from tenantapp.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.development import complete

ADDRESS = "postgresql://app:secret@localhost/tenantapp"


def completed(folder: Path, **environ: str) -> ContextKey | None:
    told = {"APP_ENV": "development", "DATABASE_URL": ADDRESS, "INSTANCE_PATH": str(folder), **environ}
    return complete(load_settings(told, dotenv=None)).context_key


def test_it_is_made_once_for_each_instance_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    key = completed(tmp_path / "one")
    assert key is not None
    assert completed(tmp_path / "one") == key
    assert completed(tmp_path / "two") != key
    assert (tmp_path / "one" / "context-key").stat().st_mode & 0o777 == 0o600


def test_one_that_is_configured_is_taken(tmp_path: Path) -> None:
    key = ContextKey.generate()
    assert completed(tmp_path, CONTEXT_KEY=key.written()) == key
    assert list(tmp_path.iterdir()) == []


def test_testing_makes_none(tmp_path: Path) -> None:
    assert completed(tmp_path, APP_ENV="testing") == PUBLISHED_CONTEXT_KEY
    assert list(tmp_path.iterdir()) == []
