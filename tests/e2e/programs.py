"""The real programs: started as a person starts them, told by the environment alone, and watched."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tenantapp.settings.load import KEYS
from tests.support.databases import Server

REPOSITORY = Path(__file__).parents[2]
UP = (sys.executable, "-m", "flask", "--app", "wsgi", "up")
GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "python:tenantapp.server", "wsgi:app")
NOT_HEARD = ("DOTENV_", "FLASK_", "GUNICORN_", "PG", *KEYS)


def environment(**settings: str) -> dict[str, str]:
    """Return an environment of `settings` alone, without the checkout's `.env`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(NOT_HEARD)}
    return kept | {"DOTENV_FILE": os.devnull, "FLASK_SKIP_DOTENV": "1", "PYTHONUNBUFFERED": "1"} | settings


def on_database(server: Server, database: str, role: str = "app", **settings: str) -> dict[str, str]:
    """Return the environment of a program that serves from `database` as `role`."""
    address = server.address(role, database).set(drivername="postgresql")
    return environment(
        APP_ENV="testing",
        ROLE_PREFIX=server.names.prefix,
        DATABASE_URL=address.render_as_string(hide_password=False),
        LOG_LEVEL="WARNING",
        **settings,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    """Tell whether something listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def eventually(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait for a condition; tell whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def at_work_in(folder: Path) -> list[str]:
    """Return the command line of every process whose working folder is in `folder`, as PostgreSQL's are."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                found.append(" ".join(process.cmdline()))
    return found


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process runs; one that only waits for init to notice its end does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Program:
    """A program that runs until it is ended; what it prints is in two files of `folder`.

    Args:
        command: the program and its arguments.
        environ: its whole environment.
        folder: where what it prints is kept.
        checkout: the folder of the source that it runs.
    """

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        folder: Path,
        checkout: Path = REPOSITORY,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._out, self._err = folder / "stdout.txt", folder / "stderr.txt"
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                command,
                cwd=checkout,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._out.read_text()

    @property
    def errors(self) -> str:
        return self._err.read_text()

    def says(self, text: str, seconds: float = 60.0) -> bool:
        """Wait until the program has printed `text`; tell whether it did before it ended."""
        eventually(lambda: text in self.output or self.process.poll() is not None, seconds)
        return text in self.output

    def ends(self, seconds: float = 30.0) -> int:
        """Wait for the program's exit code."""
        return self.process.wait(seconds)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the exit code."""
        self.process.send_signal(how)
        return self.ends()

    def family(self) -> list[psutil.Process]:
        """Return the program and all that it started and did not detach."""
        this = psutil.Process(self.process.pid)
        return [this, *this.children(recursive=True)]

    def sweep(self) -> None:
        """Kill what is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(
    command: Sequence[str], environ: Mapping[str, str], folder: Path, checkout: Path = REPOSITORY
) -> Iterator[Program]:
    """Lend a program that does not outlive the block."""
    program = Program(command, environ, folder, checkout)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                program.end()
        program.sweep()
