"""A machine that has the program's files and nothing of this checkout: no environment, no variable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# How programs reach the index of packages here; nothing else of the environment comes along.
_OF_PIP = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE")
_COMMAND_SECONDS = 300


@dataclass(frozen=True)
class Machine:
    """A machine with the program's files and nothing of this checkout.

    Args:
        folder: where the program is.
        environ: what a fresh shell has.
    """

    folder: Path
    environ: dict[str, str]

    def run(self, *blocks: str, seconds: float = _COMMAND_SECONDS) -> str:
        """Run blocks of commands in one shell that stops at the first failure; return what they printed."""
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
            cwd="/",
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


def new_machine(home: Path, *, delivering: Sequence[str]) -> Machine:
    """Return a machine whose home is an empty folder.

    Args:
        home: the folder.
        delivering: the files and folders of the program that it has.
    """
    folder, programs = home / "program", home / "bin"
    folder.mkdir()
    programs.mkdir()
    for name in delivering:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    (programs / "python3").symlink_to(Path(sys._base_executable).resolve())  # type: ignore[attr-defined]
    kept = {key: value for key, value in os.environ.items() if key.upper().startswith(_OF_PIP)}
    environ = {**kept, "PATH": f"{programs}:/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8"}
    pip = Path.home() / ".config" / "pip" / "pip.conf"
    if pip.is_file():
        environ.setdefault("PIP_CONFIG_FILE", str(pip))
    return Machine(folder, environ)
