"""The roles of PostgreSQL that the program works with, and the SQL files that name them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql

from tenantapp.places import delivered

FOLDER = delivered("sql")
_PLACEHOLDER = re.compile(r"\{\{(?P<quote>'?)(?P<name>\w+)(?P=quote)\}\}")
# What the files of `sql/database/` and of `sql/audits/` name: queries, put in where they stand.
_FUNCTION_LISTS = ("denied_functions", "early_functions")
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


def compose(path: str, values: Mapping[str, str | sql.Composable]) -> sql.Composed:
    """Read a SQL file and put the values in.

    Args:
        path: the file, from the folder `sql/` on.
        values: by name. Where the file has `{{name}}` the value is an identifier, where it has `{{'name'}}` a
            literal; SQL composed before goes in as it is.

    Raises:
        KeyError: the file names a value that is not given.
    """
    text = (FOLDER / path).read_text(encoding="utf-8")
    parts: list[sql.Composable] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        # The text is a file of this repository, never a user's.
        parts += [sql.SQL(text[end : match.start()]), _quoted(values[match["name"]], bool(match["quote"]))]
        end = match.end()
    return sql.Composed([*parts, sql.SQL(text[end:])])


def compose_database_file(path: str, names: RoleNames, database: str) -> sql.Composed:
    """Read a file of `sql/database/` and put the roles, the database and the lists of functions in.

    Args:
        path: the file, from the folder `sql/` on.
        names: the roles.
        database: the database to prepare.
    """
    values: dict[str, str | sql.Composable] = {**names.as_values(), "database": database}
    return compose(path, {**values, **compose_function_lists(values)})


def compose_function_lists(values: Mapping[str, str | sql.Composable]) -> dict[str, sql.Composed]:
    """Read the lists of functions that several files name.

    Args:
        values: the roles, by what the lists call them.
    """
    return {name: compose(f"database/{name}_v01.sql", values) for name in _FUNCTION_LISTS}


def _quoted(value: str | sql.Composable, as_literal: bool) -> sql.Composable:
    if isinstance(value, sql.Composable):
        return value
    return sql.Literal(value) if as_literal else sql.Identifier(value)
