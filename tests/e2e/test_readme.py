"""README.md, pasted: a newcomer's commands do what the page shows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import REPOSITORY, UP, Program, environment, free_port
from tests.support.blocks import blocks_in
from tests.support.terminal import is_as_shown, shown

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
START, FIRST, NEXT = "$ make run\n", "## The first five minutes", "## Add a model"
_BETWEEN = "-- the next command --"


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A checkout's folder and a port, where the program runs as `make run` has it."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    port, instance = free_port(), tmp_path / "instance"
    told = environment(APP_ENV="development", SQL_ECHO="false", INSTANCE_PATH=str(instance), PORT=str(port))
    program = Program(UP, told, tmp_path / "run")
    try:
        assert program.says("refused at globex\ncurl "), program.errors
        yield tmp_path, port
    finally:
        program.sweep()


def test_the_commands_of_the_first_five_minutes_do_what_is_shown(newcomer: tuple[Path, int]) -> None:
    folder, port = newcomer
    minutes = README[README.index(FIRST) : README.index(NEXT)]
    first, *blocks = [block for block in blocks_in(minutes, Path("README.md")) if block.kind == "console"]
    assert first.text == START
    steps = [step for block in blocks for step in shown(block.text)]
    script = f"\necho '{_BETWEEN}'\n".join(command for command, _ in steps)
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script.replace("127.0.0.1:8000", f"127.0.0.1:{port}")],
        cwd=folder,
        env=environment(no_proxy="*"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.split(f"{_BETWEEN}\n")
    assert len(printed) == len(steps)
    for (command, expected), output in zip(steps, printed, strict=True):
        # What it printed without a line's end stands before the mark.
        assert is_as_shown(output, expected), (command, output)


@pytest.mark.parametrize(
    ("output", "expected", "is_so"),
    [
        ('{"a":1,"b":2,"c":3}', '{"a":1,…,"c":3}', True),
        ('{"a":1,"b":2}', '{"a":1}', False),
        ("11111111-2222-4333-8444-555555555555\r\n", "0763b241-db20-4ded-a538-39e5f4ec63cb", True),
        ("HTTP/1.1 200 OK", "HTTP/1.1 201 CREATED", False),
    ],
)
def test_an_output_that_differs_is_found(output: str, expected: str, is_so: bool) -> None:
    assert is_as_shown(output, expected) is is_so
