"""SQL files, and the names that are put into them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from psycopg import sql

from tenantapp.places import delivered
from tenantapp.postgres.roles import RoleNames

FOLDER = delivered("sql")
_PLACEHOLDER = re.compile(r"\{\{(?P<quote>'?)(?P<name>\w+)(?P=quote)\}\}")
# What the files of `sql/database/` and of `sql/audits/` name: queries, put in where they stand.
_FUNCTION_LISTS = ("denied_functions",)


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
