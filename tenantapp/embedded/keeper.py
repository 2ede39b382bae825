"""Stop the embedded server when its last user is gone, however it went: a detached process, one a server.

It is run as a script, `python -I -S keeper.py ROOT`, and therefore imports the standard library alone: it
starts in milliseconds and does not depend on the application. The locks it shares with the package live here.

The kernel drops a `flock` when the last copy of its descriptor is closed, so that no kill leaves one behind:

- `gate.lock`, exclusive: one program at a time starts or stops the server;
- `users.lock`, shared by every program that uses the server;
- `processes.lock`, inherited by every process of the server: free means that none of them is left;
- `keeper.lock`, held by the keeper.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

GATE: Final = "gate.lock"
USERS: Final = "users.lock"
PROCESSES: Final = "processes.lock"
KEEPER: Final = "keeper.lock"
DATA: Final = "data"
SOCKETS: Final = "run"

FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
PATIENCE: Final = {FAST: 30.0, IMMEDIATE: 10.0}
PAUSE: Final = 0.02


class Lock:
    """An advisory lock on a file, free until taken."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        """Take the lock with others, waiting for who holds it alone."""
        fcntl.flock(self.fd, fcntl.LOCK_SH)

    def wait(self) -> None:
        """Take the lock alone, waiting as long as it needs."""
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def take(self, timeout: float = 0.0) -> bool:
        """Take the lock alone if that is possible within `timeout` seconds, and say whether it was.

        A lock that was shared is given up in the attempt.
        """
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE)

    def release(self) -> None:
        """Give the lock back, for every copy of its descriptor."""
        fcntl.flock(self.fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of this copy: the lock stays with the processes that inherited it."""
        os.close(self.fd)


def shut_down(root: Path, processes: Lock) -> bool:
    """Stop the server under `root`, wait for its last process to end, and say whether it did."""
    stopped = any(_stop(root, processes, how) for how in (FAST, IMMEDIATE))
    if stopped:
        clear_sockets(root / SOCKETS)
        processes.release()
    return stopped


def _stop(root: Path, processes: Lock, how: signal.Signals) -> bool:
    asked = None
    deadline = time.monotonic() + PATIENCE[how]
    while not processes.take():
        if time.monotonic() >= deadline:
            return False
        # A server whose starter was killed may write its pid only later: look again and again.
        pid = _postmaster_pid(root)
        if pid != asked:
            asked = pid
            _signal(pid, how)
        time.sleep(PAUSE)
    return True


def _postmaster_pid(root: Path) -> int | None:
    try:
        return int((root / DATA / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _signal(pid: int | None, how: signal.Signals) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, how)


def clear_sockets(sockets: Path) -> None:
    """Remove the sockets that a killed server left, and the temporary folder that `sockets` links to."""
    for leftover in sockets.glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)
    if sockets.is_symlink():
        with contextlib.suppress(OSError):
            sockets.readlink().rmdir()
        sockets.unlink(missing_ok=True)


def keep(root: Path, keeper: Lock) -> None:
    """Wait until nobody uses the server under `root`, and stop it."""
    users, gate, processes = Lock(root / USERS), Lock(root / GATE), Lock(root / PROCESSES)
    while True:
        users.wait()
        users.release()
        gate.wait()
        # Somebody may have come between the two locks.
        if users.take():
            shut_down(root, processes)
            # Before the gate: who passes it next must not take this process for a keeper on duty.
            keeper.release()
            return
        gate.release()


def main() -> None:
    """Take the keeper's post in the folder given as argument; return once a detached process holds it."""
    # Names relative to the working folder keep meaning this very folder, should another take its place.
    os.chdir(sys.argv[1])
    keeper = Lock(Path(KEEPER))
    if keeper.take() and os.fork() == 0:
        keep(Path(), keeper)


if __name__ == "__main__":
    main()
