"""An instance folder that is another's, and an embedded server that is gone: a line each, and what to do."""

from __future__ import annotations

import os
import pwd
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tenantapp.embedded import EmbeddedServer
from tests.e2e.programs import GUNICORN, UP, Program, environment, eventually, free_port
from tests.e2e.test_commands import FLASK

URL = (*FLASK, "databases", "url", "--role", "bootstrap")
GONE = (
    "Error: the embedded PostgreSQL is not running, and one that this command starts ends with it: "
    "keep `make run` running (start it anew if it runs), then ask again"
)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """A folder that the program under test may enter and not write to, with a context key in it."""
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "context-key").write_text(f"k1:{'5e' * 32}")
    for step in (tmp_path, *tmp_path.parents[:2]):
        step.chmod(0o755)
    folder.chmod(0o555)
    return folder


def ordinary() -> tuple[str, ...]:
    """Return what a command is started by, so that it runs as nobody: root may write everywhere."""
    if os.geteuid() != 0:
        return ()
    uid = pwd.getpwnam("nobody").pw_uid
    # The capability lets it read this interpreter, wherever root installed it.
    reading = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    return ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *reading)


def refused(command: tuple[str, ...], folder: Path, instance: Path, code: int = 1) -> list[str]:
    """Run a command in vain, and give the lines that it printed."""
    told = environment(APP_ENV="development", INSTANCE_PATH=str(instance), PORT=str(free_port()))
    program = Program(command, told, folder)
    assert program.ends() == code, program.errors
    assert program.output == ""
    return program.errors.splitlines()


@pytest.mark.parametrize("command", [URL, UP, GUNICORN], ids=["url", "up", "gunicorn"])
def test_a_folder_that_cannot_be_written_to(command: tuple[str, ...], instance: Path, tmp_path: Path) -> None:
    assert refused((*ordinary(), *command), tmp_path / "run", instance) == [
        f"tenantapp: INSTANCE_PATH: {instance / 'postgresql'}: Permission denied; "
        "give the folder to this user, or set INSTANCE_PATH to one of this user's"
    ]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """The embedded server of an instance folder, kept running by this program."""
    settings = {"fsync": "off", "shared_buffers": "16MB"}
    with EmbeddedServer(tmp_path / "instance" / "postgresql", settings=settings) as server:
        yield server


def test_an_address_is_printed_while_a_program_keeps_the_server(
    served: EmbeddedServer, tmp_path: Path
) -> None:
    told = environment(APP_ENV="development", INSTANCE_PATH=str(tmp_path / "instance"))
    program = Program(URL, told, tmp_path / "run")
    assert program.ends() == 0, program.errors
    psycopg.connect(program.output.strip()).close()


def test_the_address_of_a_server_that_is_gone_is_not_printed(served: EmbeddedServer, tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    postmaster = int((instance / "postgresql" / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert refused(URL, tmp_path / "killed", instance) == [GONE]
    served.stop()
    assert eventually(lambda: not (instance / "postgresql" / "data" / "postmaster.pid").exists())
    assert refused(URL, tmp_path / "stopped", instance) == [GONE]
