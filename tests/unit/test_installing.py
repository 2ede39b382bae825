"""`make` says in one line why it cannot install, and heals what an earlier one left."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.locks import REPOSITORY

Make = Callable[..., list[str]]
NOWHERE = {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
VERSION = "{}.{}".format(*sys.version_info)
THIS = f"PYTHON={sys.executable}"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what make reads to install."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ("Makefile", ".ci", "requirements", "requirements.txt"):
        copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copy
        copy(REPOSITORY / name, root / name)
    return root


@pytest.fixture
def refused(checkout: Path) -> Make:
    """Run `make run` where it cannot install, and return what it says."""

    def make(*arguments: str, **environment: str) -> list[str]:
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "MAKE", "MFLAGS"))
        }
        done = subprocess.run(
            ["make", "--no-print-directory", "run", *arguments],
            cwd=checkout,
            env=inherited | NOWHERE | {"PIP_CONFIG_FILE": os.devnull} | environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 2
        assert done.stdout == ""
        *lines, end = done.stderr.splitlines()
        assert end.startswith("make: ***")
        return lines

    return make


def script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_a_python_that_is_too_old_is_named(refused: Make, tmp_path: Path) -> None:
    old = script(tmp_path / "python3.9", 'test "$1" = --version && echo Python 3.9.18; exit 1')
    assert refused(f"PYTHON={old}") == [
        f"tenantapp needs Python 3.11 or later; {old} says: Python 3.9.18."
        " Name another: make PYTHON=python3.11"
    ]


def test_a_python_that_does_not_run_is_named(refused: Make) -> None:
    (line,) = refused("PYTHON=python3.0")
    assert line.startswith("tenantapp needs Python 3.11 or later; python3.0 says: ")
    assert "not found" in line


def test_a_missing_venv_module_is_named_with_its_package(refused: Make, tmp_path: Path) -> None:
    """Debian's Python has no `ensurepip` until its package is installed."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    assert refused(THIS, PYTHONPATH=str(tmp_path)) == [
        f"Python's venv module is missing; on Debian: apt-get install python{VERSION}-venv"
    ]


def test_an_index_that_cannot_be_reached_is_said_and_what_was_begun_starts_over(
    refused: Make, checkout: Path
) -> None:
    venv = checkout / ".venv"
    venv.mkdir()
    (venv / "left").touch()
    *lines, said = refused(THIS)
    assert lines == [
        ".venv is not complete: making it again",
        "installing into .venv what `make run` needs",
    ]
    assert not (venv / "left").exists()
    assert said.startswith("uv cannot be installed (ERROR: No matching distribution found for uv==")
    assert said.endswith(f"): is a package index reachable? See {venv / 'install.log'}")
    assert "127.0.0.1" in (venv / "install.log").read_text()


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({}, ".venv is not complete"),
        ({"python": "3.0"}, f".venv is of Python 3.0, not {VERSION}"),
        ({"folder": "/elsewhere/.venv"}, ".venv was made for /elsewhere/.venv"),
        ({"python": VERSION}, ".venv has lost its Python"),
    ],
    ids=["unfinished", "another Python", "another folder", "no Python"],
)
def test_an_environment_that_cannot_be_used_is_told(checkout: Path, state: dict[str, str], says: str) -> None:
    program = runpy.run_path(str(checkout / ".ci" / "install.py"))
    complete = {"python": VERSION, "folder": str(checkout / ".venv"), "locks": {}}
    assert program["why_anew"](complete | state if state else {}) == says


def test_a_folder_that_cannot_be_written_to_is_named(refused: Make, checkout: Path) -> None:
    (checkout / ".venv").write_text("")
    assert refused(THIS) == [f"{checkout}/.venv: File exists; make needs a folder that it may write to"]
