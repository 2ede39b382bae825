"""Turn what PostgreSQL printed when it failed into one line."""

import errno
import os
import re
from pathlib import Path
from typing import Final

from tenantapp.embedded.errors import DiskFullError, ServerFailedError

FULL: Final = ("No space left on device", "Disk quota exceeded")
FULL_ERRNOS: Final = (errno.ENOSPC, errno.EDQUOT)
LITTLE_SPACE: Final = 1024 * 1024
LONGEST: Final = 600

_PREFIX: Final = re.compile(r"^\d{4}-\d\d-\d\d \S+ \S+ \[\d+\] ")
# A wrong setting is a mere LOG line; that pg_ctl could not start the server is no news.
_DECISIVE: Final = re.compile(
    r"\b(?:FATAL|PANIC|ERROR|DETAIL|HINT|error):|could not (?!start server)"
    r"|configuration parameter|value for parameter|syntax error|" + "|".join(FULL)
)


def decisive_lines(output: str) -> str:
    """Join the lines of PostgreSQL's output that say why it failed; without one, take the last line."""
    lines = [_PREFIX.sub("", line).strip() for line in output.splitlines() if line.strip()]
    decisive = dict.fromkeys(" ".join(line.split()) for line in lines if _DECISIVE.search(line))
    return "; ".join(decisive or lines[-1:] or ["no output"])[:LONGEST]


def failure(program: str, output: str, root: Path) -> ServerFailedError:
    """Make the error for a program of PostgreSQL that failed on the files under `root`."""
    reason = decisive_lines(output)
    # On a full disk the log that would say so may be empty.
    if any(text in output for text in FULL) or _space_left(root) < LITTLE_SPACE:
        return DiskFullError(f"no space left for PostgreSQL in {root}: {reason}")
    return ServerFailedError(f"{program} failed in {root}: {reason}")


def _space_left(root: Path) -> int:
    disk = os.statvfs(root)
    return disk.f_bavail * disk.f_frsize
