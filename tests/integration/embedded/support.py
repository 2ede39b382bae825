"""What the tests say about programs, servers and the processes at work in a folder."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tenantapp.embedded import EmbeddedServer
from tests.e2e.programs import REPOSITORY

QUICK = {"fsync": "off", "shared_buffers": "16MB"}
PROGRAM = f"""
import signal, sys
from pathlib import Path
from tenantapp.embedded import EmbeddedServer
# A test run in the background is started with SIGINT ignored, and hands that down.
signal.signal(signal.SIGINT, signal.default_int_handler)
server = EmbeddedServer(Path(sys.argv[1]), settings={QUICK!r}).start()
print(server.port, flush=True)
signal.pause()
"""


def processes_of(root: Path) -> dict[int, str]:
    """The pid and command line of every process at work in `root`: the server's and the keeper's."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(root):
                found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def postmaster_of(root: Path) -> int:
    return int((root / "data" / "postmaster.pid").read_text().splitlines()[0])


def keeper_of(root: Path) -> int:
    (keeper,) = [pid for pid, command in processes_of(root).items() if "keeper.py" in command]
    return keeper


def connect(server: EmbeddedServer, **changes: str) -> psycopg.Connection:
    parameters = {
        "host": server.host,
        "port": str(server.port),
        "user": "postgres",
        "dbname": "postgres",
        "password": server.password_of("superuser"),
    }
    return psycopg.connect(**(parameters | changes), autocommit=True)


def embedded(root: Path, version: int = 18) -> EmbeddedServer:
    return EmbeddedServer(root, version=version, settings=QUICK)


class Program:
    """Another program that uses the server in `root` until it is killed."""

    def __init__(self, root: Path, prefix: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-c", PROGRAM, str(root)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )

    def port(self) -> int:
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def end(self, how: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(how)
            self.process.communicate(timeout=30)
