"""Releases of PostgreSQL that mended ways past row-level security; start-up and audit check 0086 want them.

https://www.postgresql.org/support/security/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OLDEST_MAJOR: Final = 15


@dataclass(frozen=True, slots=True)
class Fault:
    """What passes row-level security, or all else, on an old server.

    Args:
        told: the fault, in a line.
        mended_in: the first release without it of each major version that had it.
    """

    told: str
    mended_in: tuple[str, ...]


FAULTS: Final = (
    Fault("CVE-2023-2455: a plan made for one role applies its policies to another", ("15.3",)),
    Fault("CVE-2023-39418: MERGE passes policies", ("15.4",)),
    Fault("CVE-2024-10976: a plan kept across roles applies the wrong policies", ("15.9", "16.5", "17.1")),
    Fault("CVE-2025-8713: planner statistics show values that a policy hides", ("15.14", "16.10", "17.6")),
    Fault("CVE-2025-12817: CREATE STATISTICS in any schema", ("15.15", "16.11", "17.7", "18.1")),
    Fault("CVE-2026-2006: any SQL may run code on the server", ("15.16", "16.12", "17.8", "18.2")),
    Fault("CVE-2026-6473: any SQL may run code on the server", ("15.18", "16.14", "17.10", "18.4")),
)


def minimum_minors() -> dict[int, int]:
    """Return the first minor release without any of the faults, by major version."""
    minors: dict[int, int] = {}
    for release in (release for fault in FAULTS for release in fault.mended_in):
        major, minor = map(int, release.split("."))
        minors[major] = max(minor, minors.get(major, 0))
    return minors
