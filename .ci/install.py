"""Bring .venv to what the locks of a purpose say, with the Python that runs this file.

pip installs uv alone, by hash; uv installs the rest. What was installed is written down last: without that
file an installation was not finished, and starts over.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = VENV / "installed.json"
LOG = VENV / "install.log"
UV = "requirements/uv.txt"
RUN = ("requirements.txt", "requirements/run.txt")
DIST = ("requirements/dist.txt",)
TEST = (*RUN, *DIST, "requirements/test.txt")
LOCKS = {"lock": (), "dist": DIST, "run": RUN, "test": TEST, "quality": (*TEST, "requirements/quality.txt")}
VERSION = "{}.{}".format(*sys.version_info)
PATIENCE = 600


def install(purpose: str) -> None:
    """Make or complete .venv, unless it holds all that `purpose` needs."""
    wanted = {lock: hashlib.sha256((ROOT / lock).read_bytes()).hexdigest() for lock in (UV, *LOCKS[purpose])}
    state = read_state()
    reason = why_anew(state)
    if not reason and wanted.items() <= state["locks"].items():
        return
    done = {} if reason else state["locks"]
    if reason:
        make_environment(reason)
    say(f"installing into .venv what `make {purpose}` needs")
    STATE.unlink(missing_ok=True)
    if done.get(UV) != wanted[UV]:
        run("uv", PYTHON, "-m", "pip", "install", "--require-hashes", "-r", UV)
    if LOCKS[purpose]:
        files = [word for lock in LOCKS[purpose] for word in ("-r", lock)]
        run("the pinned packages", VENV / "bin" / "uv", "pip", "install", "--python", PYTHON,
            "--require-hashes", *cache(), *files)  # fmt: skip
    state = {"python": VERSION, "folder": str(VENV.resolve()), "locks": done | wanted}
    STATE.write_text(json.dumps(state, indent=1) + "\n")


def read_state() -> dict[str, Any]:
    """Return what was installed; nothing where an installation was not finished."""
    try:
        return dict(json.loads(STATE.read_text()))
    except (OSError, ValueError):
        return {}


def why_anew(state: dict[str, Any]) -> str:
    """Return why .venv cannot be used as it is, or nothing."""
    if not state:
        return ".venv is not complete"
    if state["folder"] != str(VENV.resolve()):
        return f".venv was made for {state['folder']}"
    if state["python"] != VERSION:
        return f".venv is of Python {state['python']}, not {VERSION}"
    return "" if works(PYTHON) else ".venv has lost its Python"


def works(python: Path) -> bool:
    """Tell whether `python` runs, and is of this version."""
    try:
        told = subprocess.run([python, "-c", "import sys; print('{}.{}'.format(*sys.version_info))"],
                              check=False, capture_output=True, text=True)  # fmt: skip
    except OSError:
        return False
    return told.stdout.strip() == VERSION


def make_environment(reason: str) -> None:
    """Make .venv from nothing.

    Raises:
        SystemExit: it cannot be made.
    """
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        sys.exit(f"Python's venv module is missing; on Debian: apt-get install python{VERSION}-venv")
    if VENV.is_dir():
        say(f"{reason}: making it again")
    VENV.mkdir(exist_ok=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV],
                          check=False, capture_output=True, text=True, close_fds=False)  # fmt: skip
    if made.returncode:
        sys.exit(f"{VENV} cannot be made: {last_line(made.stderr or made.stdout)}")


def cache() -> Sequence[str]:
    """Return the option that lets uv do without its cache, where it cannot write one."""
    asked = subprocess.run([VENV / "bin" / "uv", "cache", "dir"], check=False, capture_output=True, text=True)
    folder = Path(asked.stdout.strip() or "/")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ["--no-cache"]
    return [] if os.access(folder, os.W_OK) else ["--no-cache"]


def run(what: str, *command: str | Path) -> None:
    """Run an installer, with its output in a file.

    Raises:
        SystemExit: it failed.
    """
    with LOG.open("w+") as log:
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=log, stderr=log, close_fds=False)
        log.seek(0)
        said = last_line(log.read())
    if done.returncode:
        sys.exit(f"{what} cannot be installed ({said}): is a package index reachable? See {LOG}")


def last_line(output: str) -> str:
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "no output")


@contextmanager
def alone() -> Iterator[None]:
    """Keep two installations into one folder apart, and an installer that outlived a killed one."""
    folder = os.open(ROOT, os.O_RDONLY)
    os.set_inheritable(folder, True)
    for second in range(PATIENCE):
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if not second:
                say("another make is installing: waiting for it")
            time.sleep(1)
    else:
        sys.exit(f"another make has been installing for {PATIENCE} seconds: end it and try again")
    yield
    os.close(folder)


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    try:
        with alone():
            install(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit("the installation was interrupted: run make again")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}; make needs a folder that it may write to")
