"""The roles of PostgreSQL that the program works with."""

from __future__ import annotations

import re
from dataclasses import dataclass

# PostgreSQL cuts names after 63 bytes; the longest suffix takes 10 of them.
_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")


@dataclass(frozen=True, slots=True)
class RoleNames:
    """The names of the roles, made of one prefix so that several installations can share a server.

    Args:
        prefix: up to 41 lower-case letters, digits and underscores, a letter first.

    Raises:
        ValueError: the prefix is of another form.
    """

    prefix: str = "tenantapp"

    def __post_init__(self) -> None:
        if not _PREFIX.match(self.prefix):
            raise ValueError(
                f"{self.prefix!r} is no prefix of role names: expected a match of {_PREFIX.pattern}"
            )

    @property
    def owner(self) -> str:
        """Owns the objects and runs migrations; may hand a function to `directory` or `sealer`."""
        return f"{self.prefix}_owner"

    @property
    def app(self) -> str:
        """Serves requests."""
        return f"{self.prefix}_app"

    @property
    def platform(self) -> str:
        """Is the operator's."""
        return f"{self.prefix}_platform"

    @property
    def directory(self) -> str:
        """Owns the functions that read the directory for others; nobody logs in as it."""
        return f"{self.prefix}_directory"

    @property
    def sealer(self) -> str:
        """Owns the function that verifies contexts, and reads their keys for it; nobody logs in as it."""
        return f"{self.prefix}_sealer"

    @property
    def watchdog(self) -> str:
        """Ends sessions of the application's role that take too long; logs in where it has an address."""
        return f"{self.prefix}_watchdog"

    def as_values(self) -> dict[str, str]:
        """Return the names by purpose, as the SQL files call them."""
        purposes = ("owner", "app", "platform", "directory", "sealer", "watchdog")
        return {purpose: getattr(self, purpose) for purpose in purposes}
