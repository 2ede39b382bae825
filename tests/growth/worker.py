"""What a request costs: processor time and memory of a real server's processes, from the kernel's count."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tenantapp.testing.tenants import Inhabitant
from tests.e2e.programs import Program

MIB = 1024 * 1024
ATTEMPTS = 3
# What a request costs whatever its body: below this a ratio is noise.
FLOOR = 0.02
STEEPEST = 5.0


@dataclass(frozen=True)
class Request:
    """A request of one size.

    Args:
        method: the HTTP method.
        path: the path with its query.
        body: the body; None for none.
        headers: headers beside the credential.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """What a request took, and how it was answered.

    Args:
        seconds: processor time of the server's processes.
        memory: the most memory that they had during it, less what they had when they were idle.
        status: the answer's status; 0 where the server closed the connection without one.
        answered: the length of the answer's body.
    """

    seconds: float
    memory: int
    status: int
    answered: int

    @property
    def is_failure(self) -> bool:
        """Whether the server failed, or gave up."""
        return not 0 < self.status < 500


class Worker:
    """A server of one worker process, and the tenant that asks it.

    Args:
        program: the server.
        port: where it listens.
        tenant: who asks.
    """

    def __init__(self, program: Program, port: int, tenant: Inhabitant) -> None:
        self._program, self._port, self._tenant = program, port, tenant
        for _ in range(3):
            self.send(Request("GET", "/api/v1/customers"))
        self.idle = self.resident()

    def send(self, request: Request) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        headers = {
            "Host": f"{self._tenant.subdomain}.localhost",
            "Authorization": f"Bearer {self._tenant.token}",
            **request.headers,
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)) as connection:
            # A server may refuse before it has read all.
            with suppress(ConnectionError):
                connection.request(request.method, request.path, request.body, headers)
            try:
                answer = connection.getresponse()
                return answer.status, answer.read()
            except (ConnectionError, http.client.HTTPException):
                return 0, b""

    def cost(self, request: Request) -> Cost:
        """Return what a request takes."""
        for process in self._family():
            # From now on the kernel looks for the highest anew.
            Path(f"/proc/{process.pid}/clear_refs").write_text("5")
        before = self._seconds()
        status, body = self.send(request)
        return Cost(self._seconds() - before, self._peak() - self.idle, status, len(body))

    def grows(self, make: Callable[[int], Request], size: int, limit: Limit) -> str | None:
        """Return what is wrong with what requests of `size` bytes, and of a quarter of it, take.

        Args:
            make: makes the request of a size.
            size: how large the larger one is.
            limit: what it may take.
        """
        large = self._least(make(size), lambda cost: not limit.excess(cost, size))
        if found := limit.excess(large, size):
            return found
        # The smaller one counts as the floor at least.
        if large.seconds <= STEEPEST * FLOOR:
            return None
        small = self._least(make(size // 4), lambda _: False)
        most = STEEPEST * max(small.seconds, FLOOR)
        if large.seconds > most:
            large = self._least(make(size), lambda cost: cost.seconds <= most)
        if large.seconds > most:
            return f"{small.seconds:.2f} s for {size // 4} bytes, {large.seconds:.2f} s for {size}"
        return None

    def _least(self, request: Request, will_do: Callable[[Cost], bool]) -> Cost:
        """Return the least cost of three, or the first that will do."""
        costs = []
        for _ in range(ATTEMPTS):
            costs.append(self.cost(request))
            if will_do(costs[-1]) or costs[-1].is_failure:
                return costs[-1]
        seconds, memory = (
            min(values) for values in zip(*((c.seconds, c.memory) for c in costs), strict=True)
        )
        return Cost(seconds, memory, costs[-1].status, costs[-1].answered)

    def _family(self) -> list[psutil.Process]:
        return self._program.family()

    def _seconds(self) -> float:
        return sum(_computed(process.pid) for process in self._family())

    def resident(self) -> int:
        """Return the memory that the server's processes have now, in bytes."""
        return sum(process.memory_info().rss for process in self._family())

    def _peak(self) -> int:
        return sum(_highest(process.pid) for process in self._family())


@dataclass(frozen=True)
class Limit:
    """What a request may take.

    Args:
        seconds: processor time for each MiB of its body, above the floor.
        memory: how much above an idle server's.
        answered: how many bytes of answer.
    """

    seconds: float
    memory: int
    answered: int

    def excess(self, cost: Cost, size: int) -> str | None:
        """Return in what a request of `size` bytes took more, if it did."""
        if cost.is_failure:
            return f"status {cost.status} for {size} bytes"
        if cost.seconds > max(FLOOR, self.seconds * size / MIB):
            return f"{cost.seconds:.2f} s of processor time for {size} bytes (status {cost.status})"
        if cost.memory > self.memory:
            return f"{cost.memory / MIB:.0f} MiB of memory for {size} bytes (status {cost.status})"
        if cost.answered > self.answered:
            return f"an answer of {cost.answered} bytes to {size} (status {cost.status})"
        return None


def _computed(pid: int) -> float:
    """Return the processor time of a process's threads, which the kernel counts here to the nanosecond."""
    found = 0.0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += int(thread.read_text().split()[0]) / 1e9
    return found


def _highest(pid: int) -> int:
    # A server ends a worker that does not answer.
    with suppress(FileNotFoundError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
