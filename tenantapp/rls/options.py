"""What a run of `flask db` may be told by `-x`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from alembic.util import CommandError

# A migration that waits for a lock makes everybody behind it wait: rather try again.
# To be changed for one run: `flask db -x lock_timeout=1s upgrade`.
WAITS = {"lock_timeout": "5s", "statement_timeout": "15min", "attempts": "10", "pause": "2"}
# `flask db migrate -x no-verify` writes a migration that was not tried out.
UNTRIED = "no-verify"
# `flask db -x traceback upgrade` tells all that is known of a failure.
TRACEBACK = "traceback"


def read_waits(told: Mapping[str, str]) -> dict[str, str]:
    """Return how long this run waits for what.

    Args:
        told: what `-x` says.

    Raises:
        CommandError: it was told of something else.
    """
    known = [*WAITS, UNTRIED, TRACEBACK]
    if unknown := sorted(told.keys() - set(known)):
        raise CommandError(f"-x {unknown[0]}: expected one of {', '.join(known)}")
    waits = {name: told.get(name, value) for name, value in WAITS.items()}
    if not waits["attempts"].isdecimal() or waits["attempts"] == "0":
        raise CommandError("-x attempts: expected a whole number from 1")
    if not re.fullmatch(r"\d+(\.\d+)?", waits["pause"]):
        raise CommandError("-x pause: expected a number of seconds")
    return waits


def session_options(waits: Mapping[str, str]) -> str:
    """Return what a migration's session is opened with."""
    settings = {
        "lock_timeout": waits["lock_timeout"],
        "statement_timeout": waits["statement_timeout"],
        "search_path": "public",
        "timezone": "UTC",
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())
