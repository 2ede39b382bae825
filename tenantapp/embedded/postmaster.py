"""Start the server, or find the one that runs."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tenantapp.embedded.errors import FolderBusyError
from tenantapp.embedded.failures import failure
from tenantapp.embedded.keeper import DATA, PAUSE, Lock
from tenantapp.embedded.privileges import Account
from tenantapp.embedded.settings import HOST, SETTINGS_FILE, render_settings
from tenantapp.embedded.sockets import socket_folder

LOG: Final = "server.log"
PREVIOUS_LOG: Final = "server.previous.log"
PORT_ATTEMPTS: Final = 5
PORT_TAKEN: Final = "could not create any TCP/IP sockets"
START_TIMEOUT: Final = 120
READY: Final = "ready"


@dataclass(frozen=True)
class ServerAddress:
    """Where a server listens."""

    port: int
    sockets: Path


def running_server(root: Path, processes: Lock) -> ServerAddress | None:
    """Find the server under `root`, waiting for one that starts or goes down.

    Returns its address, or None when no process of it is left: then `processes` is taken.

    Raises:
        FolderBusyError: it neither gets ready nor goes down.
    """
    deadline = time.monotonic() + START_TIMEOUT
    while not processes.take():
        address = _address(root / DATA / "postmaster.pid")
        if address is not None and _answers(address.port):
            return address
        if time.monotonic() >= deadline:
            raise FolderBusyError(f"a server in {root} neither answers nor ends: see {root / LOG}")
        time.sleep(PAUSE)
    return None


def start_server(
    root: Path, programs: Path, account: Account, processes: Lock, settings: Mapping[str, str]
) -> ServerAddress:
    """Start the server on a free port; `processes`, taken before, goes to its processes.

    Raises:
        ServerFailedError: it did not start.
    """
    data = root / DATA
    # No process of the server is left: whoever has the pid in this file is another program.
    (data / "postmaster.pid").unlink(missing_ok=True)
    sockets = socket_folder(root, account)
    output = ""
    for _ in range(PORT_ATTEMPTS):
        address = ServerAddress(_free_port(), sockets)
        (data / SETTINGS_FILE).write_text(render_settings(settings, port=address.port, sockets=sockets))
        account.own(data / SETTINGS_FILE)
        code, output = _launch(root, programs, account, processes)
        if code == 0:
            return address
        # The port was free when it was chosen, a moment ago.
        if PORT_TAKEN not in output:
            break
    raise failure("PostgreSQL", output, root)


def _launch(root: Path, programs: Path, account: Account, processes: Lock) -> tuple[int, str]:
    log = root / LOG
    if log.exists():
        log.replace(root / PREVIOUS_LOG)
    log.touch(mode=0o600)
    account.own(log)
    # pg_ctl hands its paths to a shell: relative ones hold nothing that the shell would read as its own.
    options = ["start", "--wait", f"--timeout={START_TIMEOUT}", "--pgdata=.", f"--log=../{LOG}"]
    code, output = account.run([programs / "pg_ctl", *options], folder=root / DATA, inherit=[processes.fd])
    return code, log.read_text(errors="replace") + output


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _address(pid_file: Path) -> ServerAddress | None:
    try:
        lines = pid_file.read_text().splitlines()
        return ServerAddress(int(lines[3]), Path(lines[4])) if lines[7].strip() == READY else None
    except (OSError, ValueError, IndexError):
        return None


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=5).close()
    except OSError:
        return False
    return True
