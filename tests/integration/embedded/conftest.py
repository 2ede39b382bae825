"""Folders for embedded servers, programs that use them, and proof that no process stays behind."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.e2e.programs import eventually

from .support import Program, processes_of


@pytest.fixture
def watched() -> Iterator[Callable[[Path], Path]]:
    """Watch a folder: what is still at work in it after the test is killed, and fails the test."""
    roots: list[Path] = []

    def watch(root: Path) -> Path:
        roots.append(root)
        return root

    yield watch
    for root in roots:
        gone = eventually(lambda root=root: not processes_of(root))
        left = processes_of(root)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert gone, f"left behind: {left}"


@pytest.fixture
def root(tmp_path: Path, watched: Callable[[Path], Path]) -> Path:
    return watched(tmp_path / "postgres")


@pytest.fixture
def open_root(watched: Callable[[Path], Path]) -> Iterator[Path]:
    """A server's folder in one that every user may enter, as pytest's own is not."""
    parent = Path(tempfile.mkdtemp(prefix="embedded-test-"))
    parent.chmod(0o755)
    yield watched(parent / "postgres")
    assert eventually(lambda: not processes_of(parent))
    shutil.rmtree(parent)


@pytest.fixture
def program(root: Path) -> Iterator[Callable[..., Program]]:
    """Start programs that use the server; those that the test does not end are killed."""
    started: list[Program] = []

    def start(root: Path = root, prefix: Sequence[str] = ()) -> Program:
        started.append(Program(root, prefix))
        return started[-1]

    yield start
    for each in started:
        each.end(signal.SIGKILL)
