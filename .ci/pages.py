"""Holds the programs of the how-to pages to mypy, as the program itself is.

They are written into a copy of the program, each at the place that its page names.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.howto import HOW_TO, files_of  # noqa: E402 - its place is known now


def main() -> int:
    """Return mypy's exit code."""
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "tenantapp", copy / "tenantapp", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "pyproject.toml", copy)
        written = [name for page in sorted(HOW_TO.glob("*.md")) for name in _written(page, copy)]
        # What is the same in the copy is known already.
        cache = f"--cache-dir={ROOT / '.mypy_cache'}"
        return subprocess.run(
            [sys.executable, "-m", "mypy", cache, *written], cwd=copy, check=False
        ).returncode


def _written(page: Path, copy: Path) -> list[str]:
    """Write a page's files, but for tests, and return their names."""
    files = {
        name: text for name, text in files_of(page.read_text(encoding="utf-8")).items() if "test_" not in name
    }
    for name, text in files.items():
        file = copy / name
        file.parent.mkdir(exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(text, encoding="utf-8")
    return list(files)


sys.exit(main())
