"""What commands print, held to be what was asked for and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from click.testing import Result

Run = Callable[..., Result]


@dataclass(frozen=True)
class Refusal:
    """What a command that is refused must look like."""

    result: Result

    def says(self, *lines: str, code: int = 1) -> None:
        """Hold it to these lines on standard error, beside the role that was used, and to nothing else."""
        told = [line for line in self.result.stderr.splitlines() if not line.startswith("as ")]
        assert told == list(lines)
        assert (self.result.exit_code, self.result.stdout) == (code, "")


def told(result: Result) -> Any:
    """Return what a command printed as JSON, with nothing around it."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def directory_rows(superuser: psycopg.Connection[Any], subdomain: str) -> tuple[int, int]:
    """Return how many rows the directory and `tenants` have of a subdomain."""
    counted = superuser.execute(
        "SELECT (SELECT count(*) FROM control.directory WHERE subdomain = %(name)s),"
        " (SELECT count(*) FROM tenants WHERE subdomain = %(name)s)",
        {"name": subdomain},
    )
    directory, tenants = counted.fetchall()[0]
    return int(directory), int(tenants)
