"""What a program gets from an embedded server."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tenantapp.embedded import EmbeddedServer
from tests.e2e.programs import eventually

from .support import connect, embedded, processes_of


@pytest.mark.parametrize("version", [16, 18])
def test_the_server_answers_over_tcp_and_over_the_socket(root: Path, version: int) -> None:
    with embedded(root, version) as server:
        for host in (server.host, str(server.socket_dir)):
            with connect(server, host=host) as connection:
                assert connection.info.server_version // 10000 == version


def test_the_superuser_url_is_for_sqlalchemy(root: Path) -> None:
    with embedded(root) as server:
        url = server.superuser_url
        assert (url.drivername, url.username, url.host, url.port, url.database) == (
            "postgresql+psycopg",
            "postgres",
            "127.0.0.1",
            server.port,
            "postgres",
        )
        assert url.password == server.password_of("superuser")


def test_passwords_are_asked_for_and_checked_by_scram_everywhere(root: Path) -> None:
    with embedded(root) as server:
        for host in (server.host, str(server.socket_dir)):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                connect(server, host=host, password="wrong")
        with connect(server) as connection:
            rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
    assert rules == [("scram-sha-256",)]


def test_the_server_listens_on_the_loopback_address_alone_with_the_defaults(root: Path) -> None:
    names = ("listen_addresses", "wal_level", "max_connections", "TimeZone", "server_encoding")
    with embedded(root) as server, connect(server) as connection:
        values = [connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0] for name in names]
        locale = connection.execute(
            "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'template1'"
        ).fetchone()
    assert values == ["127.0.0.1", "logical", "200", "UTC", "UTF8"]
    assert locale == ("b", "C.UTF-8")


def test_settings_go_over_the_defaults_as_they_are_written(root: Path) -> None:
    settings = {"fsync": "off", "max_connections": "20", "cluster_name": "it's a \\ test"}
    with EmbeddedServer(root, settings=settings) as server, connect(server) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("20",)
        assert connection.execute("SHOW cluster_name").fetchone() == ("it's a \\ test",)


def test_logical_replication_finds_its_library(root: Path) -> None:
    with embedded(root) as server, connect(server) as connection:
        connection.execute("LOAD 'libpqwalreceiver'")


def test_passwords_are_private_and_stay_the_same(root: Path) -> None:
    with embedded(root) as server:
        before = {name: server.password_of(name) for name in ("superuser", "owner", "app", "platform")}
    file = root / "passwords.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(set(before.values())) == 4
    with embedded(root) as server:
        assert {name: server.password_of(name) for name in before} == before
        connect(server).close()
    assert not [path for path in root.iterdir() if "partial" in path.name]


def test_data_outlives_a_restart(root: Path) -> None:
    with embedded(root) as server, connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    with embedded(root) as server, connect(server) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_the_server_is_down_when_stop_returns(root: Path) -> None:
    server = embedded(root).start()
    server.stop()
    assert all("keeper.py" in command for command in processes_of(root).values())
    with pytest.raises(psycopg.OperationalError):
        connect(server)


def test_starting_and_stopping_twice_changes_nothing(root: Path) -> None:
    server = embedded(root).start()
    port = server.port
    assert server.start().port == port
    server.stop()
    server.stop()
    assert eventually(lambda: not processes_of(root))


def test_a_forked_child_that_stops_leaves_the_server_to_its_parent(root: Path) -> None:
    with embedded(root) as server:
        child = os.fork()
        if child == 0:
            server.stop()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        connect(server).close()


def test_two_folders_are_two_servers(tmp_path: Path, watched: Callable[[Path], Path]) -> None:
    roots = [watched(tmp_path / name) for name in ("one", "another checkout's $HOME `copy`")]
    with embedded(roots[0]) as one, embedded(roots[1]) as another:
        assert one.port != another.port
        assert one.password_of("app") != another.password_of("app")
        with connect(one) as connection:
            connection.execute("CREATE TABLE mine ()")
        with connect(another) as connection:
            assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)


def test_a_deep_folder_has_its_socket_in_a_short_private_one(
    tmp_path: Path, watched: Callable[[Path], Path]
) -> None:
    root = watched(tmp_path / ("deep" * 20) / "postgres")
    with embedded(root) as server:
        folder = server.socket_dir
        assert len(str(folder)) < 90
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        connect(server, host=str(folder)).close()
        with embedded(root) as joined:
            assert joined.socket_dir == folder
    assert eventually(lambda: not folder.exists())
