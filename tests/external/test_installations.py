"""Every supported Python installs what the locks pin, by pip old and new, whatever is released later."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.interpreters import VERSIONS, interpreter
from tests.support.locks import ALL, PRODUCTION, REPOSITORY, release_newer
from tests.support.production import starts

pytestmark = pytest.mark.services

UV = Path(sys.executable).with_name("uv")
# Python 3.11.7 and 3.12.1 bring it. It looks for newer releases where a later pip does not.
OLD_PIP = "pip==23.2.1"
PLATFORMS = ("x86_64-unknown-linux-gnu", "aarch64-apple-darwin")


@pytest.fixture(params=VERSIONS)
def python(request: pytest.FixtureRequest) -> Path:
    """Every supported Python; one that is not there is told at the end of the run."""
    found = interpreter(request.param)
    if found is None:
        pytest.skip(f"NOT TRIED: no Python {request.param} on PATH")
    return found


def done(*command: str | Path, folder: Path = REPOSITORY) -> None:
    ended = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def environment(python: Path, folder: Path, pip: str | None) -> Path:
    """Make an environment with this pip, or with the one that Python brings, and return its Python."""
    done(python, "-m", "venv", folder)
    made = folder / "bin" / "python"
    if pip:
        done(made, "-m", "pip", "install", "--quiet", "--upgrade", pip)
    return made


def pip_install(python: Path, *options: str | Path) -> None:
    done(python, "-m", "pip", "install", "--quiet", "--require-hashes", *options, "-r", PRODUCTION)


@pytest.mark.parametrize("pip", [None, "pip"], ids=["its own pip", "the newest pip"])
def test_production_is_installed_and_starts(python: Path, pip: str | None, tmp_path: Path) -> None:
    made = environment(python, tmp_path / "environment", pip)
    pip_install(made)
    starts(made)


@pytest.mark.parametrize("pip", [OLD_PIP, "pip"], ids=["an old pip", "the newest pip"])
def test_production_is_installed_when_newer_releases_of_everything_are_there(
    pip: str, tmp_path: Path
) -> None:
    made = environment(Path(sys.executable), tmp_path / "environment", pip)
    newer = tmp_path / "newer"
    newer.mkdir()
    release_newer(PRODUCTION, newer)
    pip_install(made, "--dry-run", "--find-links", newer)


def test_make_installs_for_each_purpose_and_takes_nothing_away(python: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(REPOSITORY, checkout, ignore=shutil.ignore_patterns(".venv", ".git", "instance", ".env"))
    done(python, ".ci/install.py", "run", folder=checkout)
    assert "pytest" not in packages(checkout / ".venv")
    done(python, ".ci/install.py", "test", folder=checkout)
    done(checkout / ".venv/bin/pytest", "--collect-only", "-q", "tests", folder=checkout)
    for purpose in ("quality", "run"):
        before = packages(checkout / ".venv")
        done(python, ".ci/install.py", purpose, folder=checkout)
        assert before <= packages(checkout / ".venv")
    done(checkout / ".venv/bin/uv", "pip", "check", "--python", checkout / ".venv/bin/python")


def packages(venv: Path) -> set[str]:
    return {path.name.partition("-")[0] for path in venv.glob("lib/python*/site-packages/*.dist-info")}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("version", VERSIONS)
def test_everything_pinned_has_a_wheel(version: str, platform: str, tmp_path: Path) -> None:
    locks: list[str | Path] = [word for lock in ALL for word in ("-r", lock)]
    target: list[str | Path] = [
        "--python-version",
        version,
        "--python-platform",
        platform,
        "--target",
        tmp_path,
    ]
    done(UV, "pip", "install", "--dry-run", "--require-hashes", "--no-build", "--python", sys.executable,
         *target, *locks)  # fmt: skip


def test_locking_again_changes_no_pin(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("Makefile", ".ci", "requirements", "requirements.txt", "pyproject.toml"):
        copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copy
        copy(REPOSITORY / name, checkout / name)
    outside = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(["make", "lock"], cwd=checkout, check=True, capture_output=True, env=outside, timeout=300)
    for lock in ALL:
        assert (checkout / lock.relative_to(REPOSITORY)).read_text() == lock.read_text()
