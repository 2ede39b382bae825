"""`flask up`, which is `make run`: from an empty folder to two tenants, and back to no process at all."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests.e2e.programs import (
    REPOSITORY,
    UP,
    Program,
    at_work_in,
    environment,
    eventually,
    free_port,
    is_alive,
)
from tests.e2e.wire import CUSTOMERS, call, paste

ADA = {"name": "Ada Lovelace", "email": "ada@lovelace.example"}
LAST_LINE = "refused at globex\ncurl "
STOPPING = "Stopping: open requests have 1 s to finish; an embedded PostgreSQL stops last."
# As a shell's & does.
IN_THE_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
HALF_A_REQUEST = (
    "POST /api/v1/customers HTTP/1.1\r\nHost: acme.localhost:{port}\r\nAuthorization: Bearer {token}\r\n"
    'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{"name": '
)
Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the program on a folder of its own; whatever is left of it afterwards fails the test."""
    started: list[Program] = []

    def up(port: int, *, before: tuple[str, ...] = (), **settings: str) -> Program:
        folder = str(tmp_path / "instance")
        told = environment(
            APP_ENV="development", SQL_ECHO="false", INSTANCE_PATH=folder, PORT=str(port), **settings
        )
        started.append(Program((*before, *UP), told, tmp_path / f"run-{len(started)}"))
        return started[-1]

    yield up
    for program in started:
        program.sweep()
    assert eventually(lambda: not at_work_in(tmp_path)), at_work_in(tmp_path)


def curl_lines(program: Program) -> list[str]:
    assert program.says(LAST_LINE), program.errors
    assert "Traceback" not in program.errors
    return [line for line in program.output.splitlines() if line.startswith("curl ")]


def test_the_printed_curl_lines_show_two_tenants_and_a_refused_key(start: Start) -> None:
    acme, globex, refused = map(paste, curl_lines(start(free_port())))

    assert acme[0] == globex[0] == 200
    acme_emails, globex_emails = ({item["email"] for item in body["items"]} for body in (acme[1], globex[1]))
    assert len(acme_emails) == len(globex_emails) == 30
    assert not acme_emails & globex_emails
    assert refused[0] == 401
    assert refused[1]["status"] == 401


def test_a_newcomer_reads_where_to_go_and_what_is_not_possible_in_a_line_each(start: Start) -> None:
    port = free_port()
    program = start(port)
    curl_lines(program)
    address = f"http://127.0.0.1:{port}"
    (serving,) = (line for line in program.output.splitlines() if address in line and "curl" not in line)
    assert f"Open {address}/ to read the API" in serving
    root = call(port, "GET", "/")
    assert (root.status, root.headers["location"]) == (302, "/docs")
    assert call(port, "GET", root.headers["location"]).status == 200
    assert [line for line in program.output.splitlines() if "not possible" in line] == [
        "not possible on this server: listen_and_notify, own_settings, table_locks "
        "(see docs/security/model.md, Limits)"
    ]


def test_an_embedded_server_without_known_fixes_is_told_of_in_a_line(start: Start, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from tenantapp.postgres import server_versions as known\n"
        "known.FAULTS += (known.Fault('a fault of tomorrow', ('18.99',)),)\n"
    )
    program = start(free_port(), PYTHONPATH=f"{tmp_path}:{REPOSITORY}")
    curl_lines(program)
    (told,) = (line for line in program.errors.splitlines() if "PostgreSQL" in line)
    running, _, faults = told.partition(" has ")
    assert re.fullmatch(r"tenantapp: warning: server_version: PostgreSQL 18\.\d+", running)
    assert faults == "known faults that pass row-level security: update to 18.99 or later"


def test_control_c_waits_a_second_for_a_request_in_flight_even_in_the_background(start: Start) -> None:
    port = free_port()
    program = start(port, before=IN_THE_BACKGROUND)
    token = curl_lines(program)[0].split("Bearer ")[1].split('"')[0]
    family = program.family()
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as idle, socket.socket() as sending:
        idle.request("GET", "/healthz")
        assert idle.getresponse().read()
        sending.connect(("127.0.0.1", port))
        sending.sendall(HALF_A_REQUEST.format(port=port, token=token).encode())
        # Either may be in flight by then; the server must not wait for what comes no more.
        time.sleep(0.5)
        asked = time.monotonic()
        assert program.end(signal.SIGINT) == 0
        took = time.monotonic() - asked
    # 1.5 s on a quiet machine; a server that waited for the request would take 30.
    assert took < 15
    assert program.errors.splitlines()[-1] == STOPPING
    assert "Traceback" not in program.errors
    assert_gone(family, port)


def test_rows_and_tokens_survive_sigterm_and_kill_9_and_no_process_does(start: Start, tmp_path: Path) -> None:
    port = free_port()

    first = start(port)
    lines = curl_lines(first)
    token = lines[0].split("Bearer ")[1].split('"')[0]
    mine = {"Authorization": f"Bearer {token}", "X_Tenant_Subdomain": "acme"}
    assert call(port, "POST", CUSTOMERS, body=ADA, **mine).status == 201
    family = first.family()
    assert first.end(signal.SIGTERM) == 0
    assert_gone(family, port)
    # The embedded server was the program's to stop, before it ended.
    assert at_work_in(tmp_path) == []

    second = start(port)
    assert curl_lines(second) == lines
    assert_ada_is_there(lines[0])
    family = second.family()
    second.end(signal.SIGKILL)
    assert_gone(family, port)
    assert eventually(lambda: not at_work_in(tmp_path)), at_work_in(tmp_path)

    third = start(port)
    assert curl_lines(third) == lines
    assert_ada_is_there(lines[0])


def assert_ada_is_there(line: str) -> None:
    status, body = paste(line)
    assert status == 200
    # The newest first.
    assert body["items"][0]["email"] == ADA["email"]


def assert_gone(family: list[psutil.Process], port: int) -> None:
    assert eventually(lambda: not any(map(is_alive, family)))
    with pytest.raises(ConnectionRefusedError):
        call(port, "GET", "/healthz")


@pytest.mark.parametrize(("wanted", "step"), [(0, 1), (65_535, 8080 - 65_535)])
def test_a_taken_port_is_one_clear_line_and_changes_nothing(
    start: Start, tmp_path: Path, wanted: int, step: int
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", wanted))
        taken.listen()
        port = taken.getsockname()[1]
        program = start(port)
        assert program.ends() == 1
    assert program.errors.splitlines() == [
        f"Error: PORT: 127.0.0.1:{port} is taken; choose another: PORT={port + step} make run"
    ]
    assert program.output == ""
    assert not (tmp_path / "instance" / "seed-keys.json").exists()


def test_wrong_settings_are_told_all_at_once_without_a_traceback(start: Start, tmp_path: Path) -> None:
    told = environment(APP_ENV="development", INSTANCE_PATH=str(tmp_path), PORT="http", LOG_LEVEL="loud")
    program = Program(UP, told, tmp_path)
    assert program.ends() == 2
    assert [line.partition(":")[0] for line in program.errors.splitlines()] == ["LOG_LEVEL", "PORT"]
