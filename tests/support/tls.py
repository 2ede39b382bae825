"""Debian's PostgreSQL as a production server: TLS with an authority of its own, SCRAM, and nothing else."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support.backends import eventually

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
HOST = "localhost"
PASSWORD = "superuser-secret"
_SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
ssl = on
ssl_cert_file = '{folder}/server.pem'
ssl_key_file = '{folder}/server.key'
fsync = off
"""


@dataclass(frozen=True)
class TlsServer:
    """A server that takes connections by TLS alone.

    Args:
        port: where it listens on `HOST`.
        authority: the file of the certificate that its own is signed by.
    """

    port: int
    authority: Path

    def address(self, database: str = "postgres", user: str = "postgres", password: str = PASSWORD) -> str:
        """Return an address as production takes it."""
        return (
            f"postgresql://{user}:{password}@{HOST}:{self.port}/{database}"
            f"?sslmode=verify-full&sslrootcert={self.authority}"
        )

    def connect(self, database: str = "postgres") -> closing[psycopg.Connection[Any]]:
        """Connect as the superuser, in autocommit mode."""
        return closing(psycopg.connect(self.address(database), autocommit=True))

    @contextmanager
    def newest_tls(self, version: str) -> Iterator[None]:
        """Let the server speak nothing newer than a version for a block."""
        with self.connect() as superuser:
            change = sql.SQL("ALTER SYSTEM SET ssl_max_protocol_version = {}")
            superuser.execute(change.format(version))
            eventually(lambda: _told_again(self, version))
            try:
                yield
            finally:
                superuser.execute("ALTER SYSTEM RESET ssl_max_protocol_version")
                eventually(lambda: _told_again(self, ""))


@contextmanager
def tls_server() -> Iterator[TlsServer]:
    """Lend a new server.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    if not (PROGRAMS / "initdb").is_file():
        raise FileNotFoundError("missing: PostgreSQL 15; on Debian: apt-get install postgresql-15")
    with tempfile.TemporaryDirectory() as name, socket.socket() as free:
        folder = Path(name)
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
        free.close()
        _give(folder)
        _sign(folder)
        _initialise(folder, port)
        _run([PROGRAMS / "pg_ctl", "start", "--wait", "-D", folder / "data", "-l", folder / "log"], folder)
        try:
            yield TlsServer(port, folder / "authority.pem")
        finally:
            _run([PROGRAMS / "pg_ctl", "stop", "--wait", "-m", "immediate", "-D", folder / "data"], folder)


def _sign(folder: Path) -> None:
    """Make an authority, and a certificate of its for HOST."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    authority = (
        "-x509",
        "-subj",
        "/CN=The tests' authority",
        "-keyout",
        "authority.key",
        "-out",
        "authority.pem",
    )
    _run(["openssl", "req", *key, *authority], folder)
    request = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}")
    _run(["openssl", "req", *key, *request, "-keyout", "server.key", "-out", "server.csr"], folder)
    signing = (
        "-CA",
        "authority.pem",
        "-CAkey",
        "authority.key",
        "-CAcreateserial",
        "-copy_extensions",
        "copy",
    )
    _run(
        ["openssl", "x509", "-req", "-days", "2", "-in", "server.csr", *signing, "-out", "server.pem"], folder
    )


def _initialise(folder: Path, port: int) -> None:
    (folder / "password").write_text(PASSWORD)
    _give(folder / "password")
    options = (
        "--username=postgres",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    _run([PROGRAMS / "initdb", *options, f"--pwfile={folder}/password", "-D", folder / "data"], folder)
    (folder / "data" / "pg_hba.conf").write_text("hostssl all all all scram-sha-256\n")
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write(_SETTINGS.format(port=port, folder=folder))


def _give(path: Path) -> None:
    """Let everybody look, and the user of Debian's package write, where PostgreSQL refuses to run as root."""
    path.chmod(0o755)
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(path, user.pw_uid, user.pw_gid)


def _run(command: Sequence[str | Path], folder: Path) -> None:
    is_root = os.geteuid() == 0
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command,
            cwd=folder,
            user="postgres" if is_root else None,
            group="postgres" if is_root else None,
            extra_groups=[] if is_root else None,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        output.seek(0)
        assert done.returncode == 0, output.read()


def _told_again(server: TlsServer, version: str) -> bool:
    """Have the server read its settings again; tell whether a new session has the version already."""
    with server.connect() as superuser:
        superuser.execute("SELECT pg_reload_conf()")
        return superuser.execute("SHOW ssl_max_protocol_version").fetchone() == (version,)
