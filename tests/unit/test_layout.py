"""The tree is kept as docs/architecture.md says: short files, and tests where their subjects are."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 260
# What is tested beside the program: the migrations, the documents, a schema of Docker's.
OTHERS = {"compose_schema", "documents", "howto", "migrations"}


@pytest.mark.parametrize("folder", ["tenantapp", "migrations", "benchmarks"])
def test_a_file_of_the_program_is_short(folder: str) -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in (ROOT / folder).rglob("*.py")}
    assert [str(path) for path, length in lengths.items() if length >= LONGEST] == []


@pytest.mark.parametrize("layer", ["unit", "integration"])
def test_a_layer_of_tests_has_the_rooms_of_the_program(layer: str) -> None:
    folders = {path.parent.name for path in (ROOT / "tests" / layer).glob("*/*") if path.suffix}
    rooms = {path.name for path in (ROOT / "tenantapp").iterdir() if path.is_dir()}
    assert folders - rooms - OTHERS == set()
