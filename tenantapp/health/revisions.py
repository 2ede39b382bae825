"""The revisions that this program's migrations make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory

from tenantapp.places import delivered

_REVISION = re.compile(r"""^revision(?:\s*:\s*str)?\s*=\s*["']([^"']+)["']""", re.MULTILINE)


class MigrationsUnreadable(Exception):
    """Raised when the files in migrations/versions cannot be loaded, or are not one line of revisions."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """What the migrations make.

    Args:
        heads: the revisions that a database must be at.
        known: all of them.
    """

    heads: tuple[str, ...]
    known: tuple[str, ...]


def read_revisions() -> Revisions:
    """Read the migrations as they are on disk now.

    Raises:
        MigrationsUnreadable: a file cannot be loaded, or two are or follow the same revision.
    """
    scripts = ScriptDirectory(str(delivered("migrations")))
    require_unique_revisions(scripts)
    try:
        heads = tuple(scripts.get_heads())
        known = tuple(script.revision for script in scripts.walk_revisions())
    # A migration is a program: as it is loaded, it may raise anything.
    except Exception as error:
        reason = " ".join(str(error).split())
        raise MigrationsUnreadable(
            f"the files in migrations/versions cannot be read ({type(error).__name__}: {reason}): "
            "repair or remove the one that was added last"
        ) from error
    if len(heads) > 1:
        raise MigrationsUnreadable(
            f"migrations/versions has several newest revisions, {', '.join(sorted(heads))}: "
            "let one follow the other (down_revision), or join them by `flask db merge heads`"
        )
    return Revisions(heads, known)


def require_unique_revisions(scripts: ScriptDirectory) -> None:
    """Look whether each file has a revision of its own: of two, Alembic runs the one that it reads last.

    Raises:
        MigrationsUnreadable: two files have the same.
    """
    files: dict[str, list[str]] = {}
    for path in sorted(Path(scripts.versions).glob("*.py")):
        if found := _REVISION.search(path.read_text(encoding="utf-8")):
            files.setdefault(found[1], []).append(path.name)
    for revision, names in files.items():
        if len(names) > 1:
            raise MigrationsUnreadable(
                f"{' and '.join(names)} are both revision {revision}: give the one that was not deployed yet "
                "another (revision, and the file's name), and let it follow the other (down_revision)"
            )
