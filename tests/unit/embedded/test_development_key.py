"""Development makes its context key once, and keeps it where nobody else reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantapp.embedded.development import complete
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.settings.load import load_settings

ADDRESS = "postgresql://app:secret@localhost/tenantapp"


def completed(folder: Path, **environ: str) -> ContextKey | None:
    told = {"APP_ENV": "development", "DATABASE_URL": ADDRESS, "INSTANCE_PATH": str(folder), **environ}
    return complete(load_settings(told, dotenv=None)).context_key


def test_the_key_is_made_once_for_each_instance_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    key = completed(tmp_path / "one")
    assert key is not None
    assert completed(tmp_path / "one") == key
    assert completed(tmp_path / "two") != key
    assert (tmp_path / "one" / "context-key").stat().st_mode & 0o777 == 0o600


def test_a_configured_key_is_taken(tmp_path: Path) -> None:
    key = ContextKey.generate()
    assert completed(tmp_path, CONTEXT_KEY=key.written()) == key
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_nothing_can_be_kept_in_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        SystemExit, match=r"tenantapp: INSTANCE_PATH: .*file.*: Not a directory; give the folder"
    ):
        completed(tmp_path / "file" / "instance")
    (tmp_path / "context-key").mkdir()
    with pytest.raises(SystemExit, match=r"tenantapp: INSTANCE_PATH: .*context-key: Is a directory"):
        completed(tmp_path)


def test_a_broken_key_is_told_in_a_line_that_does_not_show_it(tmp_path: Path) -> None:
    for broken in (b"k1:deadbeef", b"", b"\xff"):
        (tmp_path / "context-key").write_bytes(broken)
        with pytest.raises(SystemExit) as refused:
            completed(tmp_path)
        said = str(refused.value)
        assert said.startswith(f"tenantapp: {tmp_path / 'context-key'}: not <id>")
        assert said.endswith("; restore it, or set CONTEXT_KEY")


def test_testing_makes_no_key(tmp_path: Path) -> None:
    assert completed(tmp_path, APP_ENV="testing") == PUBLISHED_CONTEXT_KEY
    assert list(tmp_path.iterdir()) == []
