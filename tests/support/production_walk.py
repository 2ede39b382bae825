"""Import all that production may import. A Python that has requirements.txt alone runs this file."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import FlaskGroup

REPOSITORY = Path(__file__).parents[2]


def modules() -> Iterator[str]:
    """Yield every module of the program but those of the test kit, which belongs to tests."""
    for path in sorted((REPOSITORY / "tenantapp").rglob("*.py")):
        parts = path.relative_to(REPOSITORY).with_suffix("").parts
        if parts[1] != "testing":
            yield ".".join(parts).removesuffix(".__init__")


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below `group`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


def main() -> None:
    """Import the modules and print the help of every command."""
    for module in ("wsgi", *modules()):
        importlib.import_module(module)
    wsgi = importlib.import_module("wsgi")
    flask = FlaskGroup(create_app=lambda: wsgi.app)
    for words in commands(flask):
        sys.stdout.write(f"flask {' '.join(words)} --help\n")
        flask.main([*words, "--help"], prog_name="flask", standalone_mode=False)


if __name__ == "__main__":
    main()
