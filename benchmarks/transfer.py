"""Import and export of 100,000 customers under gunicorn: how long, and the most memory that a worker takes.

Beside each stands what a plain application does: the file whole in memory, an ORM object a row.
"""

from __future__ import annotations

import http.client
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.data import Dataset, benchmark_server, load, remove_created, without_rls
from benchmarks.servers import Served, served_plain, served_tenantapp
from tests.support.databases import Server

ROWS = 100_000
DATASET = Dataset(tenants=2, rows=2, skewed=False)
PATH = "/api/v1/customers"
HEADERS = {"Host": "tenant-1.example.com", "Authorization": "Bearer tk_000000000001_secret"}
_PIECE = 64 * 1024

Serve = Callable[[Server, str], AbstractContextManager[Served]]


def main() -> None:
    """Print seconds and peak memory of each, and the plain application's as a ratio."""
    print("| 100,000 customers | time | peak memory of the worker | plain: time | plain: memory | faster |")
    print("|---|---|---|---|---|---|")
    with benchmark_server() as server, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "customers.csv"
        _write(file)
        guarded = load(server, DATASET)
        plain = without_rls(server, guarded)
        ours = _measure(server, guarded, served_tenantapp, file)
        theirs = _measure(server, plain, served_plain, file)
        for name, (seconds, peak) in ours.items():
            their_seconds, their_peak = theirs[name]
            print(
                f"| {name} | {seconds:.1f} s | {peak:.0f} MB | {their_seconds:.1f} s | {their_peak:.0f} MB "
                f"| {their_seconds / seconds:.1f} |"
            )


def _measure(server: Server, database: str, serve: Serve, file: Path) -> dict[str, tuple[float, float]]:
    remove_created(server, database)
    found = {}
    for name, send in {"import, CSV": lambda port: _import(port, file), "export, CSV": _export}.items():
        with serve(server, database) as served:
            begun = time.perf_counter()
            send(served.port)
            found[name] = (time.perf_counter() - begun, served.peak_megabytes())
    remove_created(server, database)
    return found


def _write(file: Path) -> None:
    with file.open("w") as lines:
        lines.write("name,email,company,phone,status,notes\n")
        for n in range(ROWS):
            lines.write(
                f"Customer {n},load-{n}@example.com,Company {n},49 30 {n},active,"
                f"Met at the fair; wants an offer for {n} pieces.\n"
            )


def _import(port: int, file: Path) -> None:
    with file.open("rb") as body:
        headers = {**HEADERS, "Content-Type": "text/csv", "Content-Length": str(file.stat().st_size)}
        answer = _asked(port, "POST", f"{PATH}/import", headers, body)
        text = answer.read()
    assert answer.status == 200, text
    assert f'"imported":{ROWS}'.encode() in text.replace(b" ", b""), text


def _export(port: int) -> None:
    answer = _asked(port, "GET", f"{PATH}/export", HEADERS, None)
    assert answer.status == 200
    lines = 0
    while piece := answer.read(_PIECE):
        lines += piece.count(b"\n")
    assert lines == ROWS + 2, lines


def _asked(
    port: int, method: str, path: str, headers: dict[str, str], body: object
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request(method, path, body, headers)  # type: ignore[arg-type]
    return connection.getresponse()


if __name__ == "__main__":
    main()
