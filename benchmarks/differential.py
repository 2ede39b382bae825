"""What A's answers tell of B: random statements on two databases that differ in B's values alone.

Run: `.venv/bin/python -m benchmarks.differential [--statements 20000] [--seed 1]`
"""

from __future__ import annotations

import argparse
import time

from benchmarks.stage import stage
from tests.isolation.differential.pairs import pair
from tests.isolation.world import worlds


def main() -> None:
    """Run the statements, print those that are answered by B's values, and fail if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=20_000, help="how many are run (20000)")
    parser.add_argument("--seed", type=int, default=1, help="what the statements follow from (1)")
    given = parser.parse_args()
    with (
        stage() as staged,
        worlds(staged.server, staged.database) as make_world,
        pair(make_world) as databases,
    ):
        began = time.monotonic()
        found = list(databases.differences(given.seed, given.statements))
        seconds = time.monotonic() - began
    for difference in found:
        print(difference, end="\n\n")
    print(f"{given.statements} statements from seed {given.seed}: {len(found)} differences, {seconds:.0f} s")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
