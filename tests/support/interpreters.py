"""The Pythons on PATH that the program supports."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def interpreter(version: str) -> Path | None:
    """Return the Python of a version that PATH leads to, past pyenv's shims; none where there is none."""
    name = f"python{version}"
    if not shutil.which(name):
        return None
    told = subprocess.run(
        [name, "-c", "import sys, ensurepip; print(sys._base_executable)"],
        env={**os.environ, "PYENV_VERSION": version},
        check=False,
        capture_output=True,
        text=True,
    )
    return Path(told.stdout.strip()) if told.returncode == 0 else None
