"""Requests as they travel: by curl, by http.client, and byte by byte."""

from __future__ import annotations

import http.client
import json
import shlex
import shutil
import socket
import subprocess
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from tests.support.tenants import TenantUnderTest

CUSTOMERS = "/api/v1/customers"
Residents = tuple[TenantUnderTest, TenantUnderTest]


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_problem(self) -> bool:
        return self.headers.get("content-type") == "application/problem+json"

    @property
    def names(self) -> set[str]:
        """The names in a list of customers."""
        return {item["name"] for item in self.json["items"]}


def call(port: int, method: str, path: str, *, body: Any = None, **headers: str) -> Answer:
    """Send a request to 127.0.0.1; in the names of `headers` an underscore is a hyphen."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=15)) as connection:
        return ask(connection, method, path, body=body, **headers)


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, *, body: Any = None, **headers: str
) -> Answer:
    """Send a request on a connection that may be used again."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        named["Content-Type"] = "application/json"
    connection.request(method, path, body=None if body is None else json.dumps(body), headers=named)
    response = connection.getresponse()
    received = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, received, response.read())


def paste(line: str) -> tuple[int, Any]:
    """Do what a printed curl line says: by curl, or by reading it where there is no curl."""
    command = shlex.split(line)
    if shutil.which("curl"):
        done = subprocess.run(
            [*command, "--noproxy", "*", "--write-out", r"\n%{http_code}"],
            check=True,
            capture_output=True,
            text=True,
        )
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body)
    fields = [command[at + 1] for at, word in enumerate(command) if word == "-H"]
    host, _, path = command[-1].removeprefix("http://").partition("/")
    headers = dict(field.split(": ", 1) for field in fields)
    answer = call(int(host.rpartition(":")[2]), "GET", f"/{path}", **headers)
    return answer.status, answer.json


def exchange(port: int, request: bytes) -> Answer:
    """Send bytes as they are, and read the one answer to them until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        # A server may refuse before it has read all.
        with suppress(ConnectionError):
            connection.sendall(request)
        # A HEAD's answer tells of a length that does not come.
        response = http.client.HTTPResponse(connection, method=request.partition(b" ")[0].decode("latin-1"))
        response.begin()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, response.read())


def exchange_all(port: int, requests: bytes) -> list[Answer]:
    """Send bytes as they are, and read all answers until the server closes."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        connection.sendall(requests)
        stream = connection.makefile("rb")
        while stream.peek(1):
            response = http.client.HTTPResponse(_Stream(stream))  # type: ignore[arg-type]
            response.begin()
            received = {name.lower(): value for name, value in response.getheaders()}
            answers.append(Answer(response.status, received, response.read()))
    return answers


class _Stream:
    """Stands for the socket that http.client would read ahead from."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def makefile(self, _mode: str) -> Any:
        return _Unclosed(self._stream)


class _Unclosed:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def close(self) -> None:
        """Leave it open: the next answer is on it."""
