"""The disk of the server is full: a write is 503 and one line of the log, reads are served."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from tests.conftest import UNSAFE_AND_FAST
from tests.support.own_servers import DATABASE, migrated, own_server, small_disk
from tests.support.tenants import TenantUnderTest, make_tenant
from tests.support.wsgi import CUSTOMERS

_MOST_WRITES = 500


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system."""
    with contextlib.ExitStack() as stack:
        try:
            yield stack.enter_context(small_disk(tmp_path / "disk", "512m"))
        except PermissionError as error:
            pytest.skip(f"NOT TRIED: a full disk needs a file system that may be mounted: {error}")


@pytest.fixture
def app(disk: Path) -> Iterator[Flask]:
    """The application on a server whose files are on the small disk."""
    with (
        own_server(disk / "postgresql", UNSAFE_AND_FAST) as started,
        migrated(started).application(DATABASE) as app,
    ):
        yield app


@contextlib.contextmanager
def full(disk: Path) -> Iterator[None]:
    """Leave no room on a disk for a block."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass
    try:
        yield
    finally:
        ballast.unlink()


def write(tenant: TenantUnderTest) -> int:
    mark = secrets.token_hex(4)
    sent = {"name": mark, "email": f"{mark}@example.com", "notes": secrets.token_hex(900)}
    answer = tenant.request("POST", CUSTOMERS, json=sent)
    if answer.status_code == 503:
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["Retry-After"].isdecimal()
        assert mark not in answer.get_data(as_text=True)
    return answer.status_code


def ready(app: Flask) -> tuple[int, list[str]]:
    answer = app.test_client().get("/readyz", base_url="http://localhost")
    return answer.status_code, [problem for problem in answer.json["problems"] if "resources" in problem]


def test_a_full_disk_refuses_writes_serves_reads_and_is_told(disk: Path, app: Flask) -> None:
    tenant = make_tenant(app)
    first = tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")
    assert ready(app) == (200, [])
    with full(disk):
        with capture_logs() as entries:
            statuses = [write(tenant)]
            while statuses[-1] == 201 and len(statuses) < _MOST_WRITES:
                statuses.append(write(tenant))
            before = len(statuses)
            statuses += [write(tenant) for _ in range(3)]
        assert statuses[before - 1] == 503
        refused = [entry for entry in entries if "request_id" in entry and entry["event"] != "request"]
        assert len(refused) == statuses.count(503)
        assert all("could not extend file" in str(entry) for entry in refused)
        assert not any("exc_info" in entry or "exception" in entry for entry in entries)
        assert tenant.request("GET", f"{CUSTOMERS}/{first['id']}").json == first
        status, (told,) = ready(app)
        assert status == 200
        assert told.startswith("warning: resources: the database lacks room: could not extend file")
        assert app.test_client().get("/healthz", base_url="http://localhost").status_code == 200
    assert write(tenant) == 201
    assert ready(app) == (200, [])
