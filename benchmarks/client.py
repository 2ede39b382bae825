"""A client that behaves: asks for one thing again and again, and prints how long each answer took.

Run: `.venv/bin/python -m benchmarks.client PORT HOST TOKEN SECONDS PATH`; benchmarks/hostile.py does.
"""

from __future__ import annotations

import json
import sys
import time
from http.client import HTTPConnection, HTTPException

PAUSE_SECONDS = 0.005


def main() -> None:
    """Print the milliseconds of each request as a list; below 0 where it failed."""
    port, host, token, seconds, path = sys.argv[1:]
    headers = {"Host": host, "Authorization": f"Bearer {token}"}
    taken = []
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        began = time.perf_counter()
        is_good = _ask(int(port), path, headers, max(1.0, float(seconds)))
        taken.append((1 if is_good else -1) * (time.perf_counter() - began) * 1000)
        time.sleep(PAUSE_SECONDS)
    print(json.dumps(taken))


def _ask(port: int, path: str, headers: dict[str, str], patience: float) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return False
    else:
        return answer.status == 200
    finally:
        connection.close()


if __name__ == "__main__":
    main()
