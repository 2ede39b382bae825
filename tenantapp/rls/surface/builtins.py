"""Digests of what PostgreSQL brings itself, as the releases were shipped: one small file a major version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tenantapp.postgres.sql_files import FOLDER, compose
from tenantapp.rls.surface.read import Connection

_SHIPPED = FOLDER / "surface" / "builtins"


@dataclass(frozen=True, slots=True)
class BuiltinPart:
    """A sixteenth of the server's own objects of one kind.

    Args:
        kind: what they are.
        number: which sixteenth, in hexadecimal.
        digest: of all that they do.
        latest: which of them was written last.
    """

    kind: str
    number: str
    digest: str
    latest: str


def read_builtins(connection: Connection) -> tuple[BuiltinPart, ...]:
    """Read the digests of the server's own objects; `search_path` names `pg_catalog` alone."""
    rows = connection.execute(compose("surface/builtins.sql", {}), prepare=False).fetchall()
    return tuple(BuiltinPart(*row) for row in rows)


def render(parts: tuple[BuiltinPart, ...]) -> str:
    """Return the file of a major version."""
    return "".join(f"{part.digest} {part.number} {part.kind}\n" for part in parts)


def is_known(version: int) -> bool:
    """Tell whether there are digests of a major version."""
    return (_SHIPPED / f"{version}.txt").is_file()


def changed(version: int, parts: tuple[BuiltinPart, ...]) -> Iterator[BuiltinPart]:
    """Yield the parts that are not as they were shipped; one that is gone altogether has no latest object.

    Args:
        version: the major version, of which there are digests.
        parts: what the server has.
    """
    lines = (_SHIPPED / f"{version}.txt").read_text(encoding="utf-8").splitlines()
    shipped = {(kind, number): digest for digest, number, kind in (line.split(" ", 2) for line in lines)}
    for part in parts:
        if shipped.pop((part.kind, part.number), None) != part.digest:
            yield part
    for kind, number in shipped:
        yield BuiltinPart(kind, number, "", f"every {kind} of part {number}")
