"""Where the program finds what it is delivered with, and the folder that it keeps its own files in."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent
# A wheel alone has it: pyproject.toml puts there what a checkout has beside the package.
_DELIVERED = _PACKAGE / "delivered"


def delivered(name: str) -> Path:
    """Return `migrations`, `sql` or `pyproject.toml`, of the checkout or of the installed wheel."""
    return (_DELIVERED if _DELIVERED.is_dir() else _CHECKOUT) / name


def home() -> Path:
    """Return where `.env` and the instance folder are: the checkout; for a wheel, where it is started."""
    return Path.cwd() if _DELIVERED.is_dir() else _CHECKOUT
