"""A checkout and an installed wheel find what they are delivered with, each in its own place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantapp import places

REPOSITORY = Path(__file__).parents[2]


def test_a_checkout_has_everything_beside_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert places.delivered("sql") == REPOSITORY / "sql"
    assert places.home() == REPOSITORY


def test_a_wheel_has_everything_within_and_its_own_files_where_it_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "_DELIVERED", tmp_path)
    monkeypatch.chdir(tmp_path.parent)
    assert places.delivered("sql") == tmp_path / "sql"
    assert places.home() == tmp_path.parent


@pytest.mark.parametrize("name", ["migrations/env.py", "sql/functions", "sql/audits", "pyproject.toml"])
def test_everything_is_there(name: str) -> None:
    assert places.delivered(name).exists()
