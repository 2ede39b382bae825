"""What hostile clients cost the others: a tenant's latency before, during and after each attack.

Run: `.venv/bin/python -m benchmarks.hostile [--seconds 5] [--attacks partial-heads …] [--worker gthread]`
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks.attacks import ATTACKS, Attack, Scene, repeat
from benchmarks.data import Dataset, Target, benchmark_server, load, remove_created, targets
from benchmarks.servers import Served, served_tenantapp

DATASET = Dataset(tenants=1000, rows=100_000)
WORSE = 2.0
"""How many times as long requests may take during an attack, at the 99th of a hundred."""
MORE_MEGABYTES = 20.0
"""How much more memory the workers may have after it."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the requests of a while took, in milliseconds; those that failed took all of it."""

    p50: float
    p99: float
    health: float
    failed: int

    def __str__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.p50:.0f} / {self.p99:.0f} / {self.health:.0f}{failed}"


def main() -> None:
    """Print a line an attack."""
    options = _options()
    with benchmark_server() as server:
        database = load(server, DATASET)
        found = {target.subdomain: target for target in targets(server, database, 20_000)}
        print("p50 / p99 / slowest health, in ms, of a tenant that behaves; memory of the workers in MB")
        print("| attack | before | during | after | p99 during : before | memory before, during, after |")
        print("|---|---|---|---|---|---|")
        for name in options.attacks:
            # A server of its own: what one attack has left is not the next one's.
            with served_tenantapp(server, database, options.worker) as served:
                scene = Scene(server, database, served.port, found["tenant-1"])
                print(
                    _row(name, ATTACKS[name], scene, served, found["tenant-2"], options.seconds), flush=True
                )
            remove_created(server, database)


def _row(name: str, attack: Attack, scene: Scene, served: Served, good: Target, seconds: float) -> str:
    _warm_up(scene)
    _measure(served.port, good, seconds)
    memory = [served.megabytes()]
    before = _measure(served.port, good, seconds)
    with attack(scene):
        during = _measure(served.port, good, seconds)
        memory.append(served.megabytes())
    time.sleep(1.0)
    after = _measure(served.port, good, seconds)
    memory.append(served.megabytes())
    times = during.p99 / before.p99
    is_bad = during.failed or times > WORSE or memory[2] - memory[0] > MORE_MEGABYTES
    shown = ", ".join(f"{size:.0f}" for size in memory)
    verdict = f"{times:.1f}{' **too much**' if is_bad else ''}"
    return f"| {name} | {before} | {during} | {after} | {verdict} | {shown} |"


def _warm_up(scene: Scene) -> None:
    """Have some whole exports, on each worker: what is made at first use is not the attack's."""
    export = scene.head("GET /api/v1/customers/export?format=ndjson", "Connection: close")
    with repeat(scene, 8, export):
        time.sleep(2.0)


def _measure(port: int, good: Target, seconds: float) -> Latency:
    paths = (f"/api/v1/customers/{good.customer_id}", "/api/v1/customers?limit=20", "/healthz")
    host = f"{good.subdomain}.example.com"
    command = [sys.executable, "-m", "benchmarks.client", str(port), host, good.token, str(seconds)]
    # Processes of their own: what attacks take of this one is not the server's fault.
    clients = [subprocess.Popen([*command, path], stdout=subprocess.PIPE) for path in paths]
    *taken, health = (json.loads(client.communicate()[0]) for client in clients)
    asked = [milliseconds for each in taken for milliseconds in each]
    if all(milliseconds < 0 for milliseconds in asked):
        raise SystemExit("no request of the tenant that behaves was answered 200: nothing was measured")
    return Latency(
        statistics.median(map(abs, asked)),
        statistics.quantiles(map(abs, asked), n=100)[98],
        max(map(abs, health)),
        sum(milliseconds < 0 for milliseconds in (*asked, *health)),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each measurement takes (5)")
    parser.add_argument("--attacks", nargs="+", choices=ATTACKS, default=list(ATTACKS), help="which (all)")
    parser.add_argument("--worker", help="another class of gunicorn's workers, such as gthread")
    return parser.parse_args()


if __name__ == "__main__":
    main()
