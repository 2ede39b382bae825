"""The embedded server as one of the programs that use it sees it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sqlalchemy import URL

from tenantapp.embedded import keeper
from tenantapp.embedded.binaries import installation
from tenantapp.embedded.cluster import check_cluster, create_cluster
from tenantapp.embedded.errors import DiskFullError, FolderBusyError, ServerFailedError
from tenantapp.embedded.failures import FULL_ERRNOS
from tenantapp.embedded.keeper import Lock, shut_down
from tenantapp.embedded.passwords import PasswordFile
from tenantapp.embedded.postmaster import ServerAddress, running_server, start_server
from tenantapp.embedded.privileges import choose_account
from tenantapp.embedded.settings import HOST

GATE_TIMEOUT: Final = 180.0


class EmbeddedServer:
    """A PostgreSQL server in a folder, shared by the programs that use it at the same time.

    The first `start()` starts it, the others join; it stops when the last one leaves or ends,
    however it ends. `port` and `socket_dir` are known from `start()` on; the port changes
    whenever the server is started. `started_here` tells whether it was down until this program came.

    Arguments:
        root: the folder of its data, passwords and log; made when missing.
        version: PostgreSQL's major version, 16 or 18.
        settings: configuration parameters over the defaults; those of the program that starts it count.
    """

    host: Final = HOST
    port: int
    socket_dir: Path

    def __init__(self, root: Path, *, version: int = 18, settings: Mapping[str, str] | None = None) -> None:
        self.root: Final = root.absolute()
        self.version: Final = version
        self._settings: Final = dict(settings or {})
        self._users: Lock | None = None
        self._joined_by = 0
        self.started_here = False

    def start(self) -> Self:
        """Start the server, or join the one that runs in the folder; again, to make sure that it still runs.

        Raises:
            EmbeddedServerError: as one of its subclasses, which say when.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._gate():
                self._join()
                try:
                    address = self._attach()
                except BaseException:
                    self._leave()
                    raise
        except OSError as error:
            if error.errno in FULL_ERRNOS:
                raise DiskFullError(
                    f"no space left for PostgreSQL in {self.root}: {error.strerror}"
                ) from error
            raise
        self.port, self.socket_dir = address.port, address.sockets
        return self

    def stop(self) -> None:
        """Leave the server; the last to leave waits until it is down.

        Raises:
            FolderBusyError: the server does not go down, or another program starts it for too long.
        """
        if self._users is None:
            return
        if self._joined_by != os.getpid() or not self.root.exists():
            # A fork shares its parent's lock: it may drop its copy, but not the lock.
            # A removed folder takes its server along: PostgreSQL looks for its files every minute.
            self._users.close()
            self._users = None
            return
        with self._gate():
            self._leave()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def superuser_url(self) -> URL:
        """The address of the database `postgres` over TCP, for the superuser."""
        return URL.create(
            "postgresql+psycopg",
            username="postgres",
            password=self.password_of("superuser"),
            host=self.host,
            port=self.port,
            database="postgres",
        )

    def password_of(self, name: str) -> str:
        """Give the password kept for `superuser`, `owner`, `app` or `platform`.

        Raises:
            KeyError: there is no password of that name.
        """
        return PasswordFile(self.root).password_of(name)

    @contextmanager
    def _gate(self) -> Iterator[None]:
        gate = Lock(self.root / keeper.GATE)
        try:
            if not gate.take(GATE_TIMEOUT):
                raise FolderBusyError(
                    f"another program has been starting or stopping the server in {self.root}"
                )
            yield
        finally:
            # Not by closing alone: another thread may have forked, and a copy would keep the gate shut.
            gate.release()
            gate.close()

    def _join(self) -> None:
        if self._users is not None and self._joined_by == os.getpid():
            return
        if self._users is not None:
            self._users.close()
        self._users, self._joined_by = Lock(self.root / keeper.USERS), os.getpid()
        self._users.share()

    def _attach(self) -> ServerAddress:
        check_cluster(self.root, self.version)
        programs = installation(self.version)
        # Before the server: then there is no moment at which a killed program leaves it running for ever.
        self._ensure_keeper()
        processes = Lock(self.root / keeper.PROCESSES)
        try:
            running = running_server(self.root, processes)
            self.started_here |= running is None
            return running or self._start(programs, processes)
        finally:
            processes.close()

    def _start(self, programs: Path, processes: Lock) -> ServerAddress:
        account = choose_account()
        account.require_own(self.root / keeper.DATA)
        account.open_folder(self.root)
        programs = account.reachable(programs, self.root) / "bin"
        sync = self._settings.get("fsync") != "off"
        create_cluster(self.root, self.version, programs, account, processes.fd, sync=sync)
        return start_server(self.root, programs, account, processes, self._settings)

    def _ensure_keeper(self) -> None:
        post = Lock(self.root / keeper.KEEPER)
        try:
            vacant = post.take()
            post.release()
        finally:
            post.close()
        if not vacant:
            return
        command = [sys.executable, "-I", "-S", keeper.__file__, str(self.root)]
        null = subprocess.DEVNULL
        done = subprocess.run(
            command, check=False, stdin=null, stdout=null, stderr=null, start_new_session=True
        )
        if done.returncode != 0:
            raise ServerFailedError(f"the process that stops the server could not be started: {command}")

    def _leave(self) -> None:
        if self._users is None:
            return
        users, self._users = self._users, None
        processes = Lock(self.root / keeper.PROCESSES)
        try:
            # The keeper cannot have the lock while it is shared: who gets it alone was the last.
            if users.take() and not shut_down(self.root, processes):
                raise FolderBusyError(f"the server in {self.root} does not go down")
        finally:
            processes.close()
            users.release()
            users.close()
