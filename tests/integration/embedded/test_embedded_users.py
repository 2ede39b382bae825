"""The server stops with the last program that uses it, and starts again whatever was killed."""

import os
import shutil
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.programs import eventually

from .support import Program, connect, embedded, keeper_of, postmaster_of, processes_of

StartProgram = Callable[..., Program]


def test_a_second_program_uses_the_same_server_until_the_last_leaves(
    root: Path, program: StartProgram
) -> None:
    first = program()
    port = first.port()
    second = program()
    assert second.port() == port
    first.end(signal.SIGTERM)
    with embedded(root) as third:
        assert third.port == port
    connect(third).close()
    second.end(signal.SIGTERM)
    assert eventually(lambda: not processes_of(root))


def test_a_user_is_told_whether_the_server_was_down_until_it_came(root: Path) -> None:
    with embedded(root) as first, embedded(root) as second:
        first.start()
        assert (first.started_here, second.started_here) == (True, False)


def test_programs_that_start_at_once_share_one_server(root: Path, program: StartProgram) -> None:
    programs = [program() for _ in range(4)]
    assert len({each.port() for each in programs}) == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_server_stops_when_its_program_is_ended_by(
    root: Path, program: StartProgram, how: signal.Signals
) -> None:
    user = program()
    user.port()
    user.end(how)
    assert eventually(lambda: not processes_of(root))
    assert "database system is shut down" in (root / "server.log").read_text()


@pytest.mark.parametrize("moment", ["data.partial/base", "data", "data/postmaster.pid"])
def test_a_program_killed_while_it_starts_the_server_leaves_nothing_running(
    root: Path, program: StartProgram, moment: str
) -> None:
    user = program()
    assert eventually((root / moment).exists)
    user.end(signal.SIGKILL)
    assert eventually(lambda: not processes_of(root))
    with embedded(root) as server:
        connect(server).close()
    assert not (root / "data.partial").exists()


def test_the_data_of_a_killed_server_is_recovered(root: Path) -> None:
    with embedded(root) as server:
        busy = connect(server)
        busy.execute("CREATE TABLE kept AS SELECT 1 AS one")
        busy.execute("CHECKPOINT")
        busy.execute("INSERT INTO kept VALUES (2)")
        os.kill(postmaster_of(root), signal.SIGKILL)
        server.start()
        with connect(server) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (2,)
        busy.close()


def test_a_killed_server_is_forgotten_when_its_users_leave(root: Path) -> None:
    server = embedded(root).start()
    os.kill(postmaster_of(root), signal.SIGKILL)
    server.stop()
    assert eventually(lambda: not processes_of(root))
    with embedded(root) as server:
        connect(server).close()


def test_a_program_may_leave_a_server_whose_folder_was_removed(root: Path) -> None:
    server = embedded(root).start()
    postmaster = postmaster_of(root)
    shutil.rmtree(root)
    server.stop()
    os.kill(postmaster, signal.SIGQUIT)
    with embedded(root) as server:
        connect(server).close()


def test_a_pid_file_that_names_another_program_is_stale(root: Path) -> None:
    with embedded(root):
        pid_file = (root / "data" / "postmaster.pid").read_text()
    stale = pid_file.replace(pid_file.splitlines()[0], str(os.getpid()), 1)
    (root / "data" / "postmaster.pid").write_text(stale)
    with embedded(root) as server:
        assert postmaster_of(root) != os.getpid()
        connect(server).close()


def test_the_next_start_replaces_a_killed_keeper(root: Path, program: StartProgram) -> None:
    first, second = program(), None
    port = first.port()
    killed = keeper_of(root)
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: killed not in processes_of(root))
    second = program()
    assert second.port() == port
    assert keeper_of(root) != killed
    first.end(signal.SIGKILL)
    second.end(signal.SIGKILL)
    assert eventually(lambda: not processes_of(root))


def test_without_a_keeper_the_last_to_leave_stops_the_server(root: Path) -> None:
    with embedded(root):
        os.kill(keeper_of(root), signal.SIGKILL)
    assert eventually(lambda: not processes_of(root))


def test_a_port_taken_in_between_is_chosen_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(root) as server:
        from tenantapp.embedded import postmaster

        ports = iter([server.port, server.port, postmaster._free_port()])
        monkeypatch.setattr(postmaster, "_free_port", lambda: next(ports))
        with embedded(root.with_name("other")) as other:
            assert other.port != server.port
    assert eventually(lambda: not processes_of(root.with_name("other")))


def test_users_come_and_go_at_random(root: Path) -> None:
    def use(_: int) -> None:
        with embedded(root) as server, connect(server) as connection:
            connection.execute("SELECT 1")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(use, range(12)))
    assert eventually(lambda: not processes_of(root))
