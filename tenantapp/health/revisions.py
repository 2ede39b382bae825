"""The revisions that this program's migrations make."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.script import ScriptDirectory

from tenantapp.places import delivered


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
        MigrationsUnreadable: a file cannot be loaded, or two follow the same revision.
    """
    scripts = ScriptDirectory(str(delivered("migrations")))
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
            "let one follow the other (down_revision)"
        )
    return Revisions(heads, known)
