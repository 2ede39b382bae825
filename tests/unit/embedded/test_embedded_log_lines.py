"""A failed server's log becomes one line that says why."""

from pathlib import Path

from tenantapp.embedded import DiskFullError, ServerFailedError
from tenantapp.embedded.failures import LONGEST, decisive_lines, failure

FULL = """\
2026-01-02 03:04:05.678 UTC [42] LOG:  starting PostgreSQL 18.4
2026-01-02 03:04:05.679 UTC [42] FATAL:  could not write lock file "postmaster.pid": No space left on device
2026-01-02 03:04:05.680 UTC [42] LOG:  database system is shut down
pg_ctl: could not start server
Examine the log output.
"""


def test_the_summary_keeps_the_decisive_lines_without_their_prefix() -> None:
    assert decisive_lines(FULL) == (
        'FATAL: could not write lock file "postmaster.pid": No space left on device'
    )


def test_the_summary_takes_the_last_line_when_none_is_decisive() -> None:
    assert decisive_lines("one\ntwo\n\n") == "two"
    assert decisive_lines("") == "no output"


def test_the_summary_says_a_repeated_line_once_and_stays_short() -> None:
    assert decisive_lines("ERROR: a\nERROR: a\n") == "ERROR: a"
    assert len(decisive_lines("FATAL: " + "x" * 10_000)) == LONGEST


def test_the_summary_tells_a_full_disk_from_other_failures(tmp_path: Path) -> None:
    assert type(failure("initdb", FULL, tmp_path)) is DiskFullError
    assert type(failure("initdb", "FATAL: no", tmp_path)) is ServerFailedError
