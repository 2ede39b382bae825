"""Debian's PgBouncer in transaction mode, in front of a test's database."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

_CONFIGURATION = """\
[databases]
{database} = host={host} port={port} dbname={database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 100
"""
_START_SECONDS = 5.0


@contextmanager
def pgbouncer(url: URL, *, servers: int) -> Iterator[URL]:
    """Lend an address that leads through PgBouncer.

    Args:
        url: where it leads; the one role that may come.
        servers: how many sessions it holds for all clients.

    Raises:
        FileNotFoundError: PgBouncer is not installed.
    """
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise FileNotFoundError("missing: PgBouncer; on Debian: apt-get install pgbouncer")
    with tempfile.TemporaryDirectory() as name, socket.socket() as free:
        folder = Path(name)
        free.bind(("127.0.0.1", 0))
        listen = int(free.getsockname()[1])
        free.close()
        (folder / "ini").write_text(
            _CONFIGURATION.format(
                database=url.database,
                host=url.host,
                port=url.port,
                listen=listen,
                folder=folder,
                servers=servers,
            )
        )
        (folder / "users").write_text(f'"{url.username}" "{url.password}"\n')
        command = [program, "-q", str(folder / "ini")]
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            for path in (folder, *folder.iterdir()):
                os.chown(path, user.pw_uid, user.pw_gid)
            command[1:1] = ["-u", "postgres"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(listen)
            yield url.set(host="127.0.0.1", port=listen)
        finally:
            process.terminate()
            process.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "PgBouncer does not answer"
            time.sleep(0.02)
        else:
            return
