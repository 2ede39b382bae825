"""Commands in a page's shell blocks: which are known, and whether ours parse."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo

from tenantapp.settings.load import ROOT
from tests.support.described import described_app

# What a shell knows by itself, and programs that are not ours: their own manuals tell their options.
_OF_A_SHELL = {"cat", "cd", "export", "set", "source", "umask", "unset", ".", "{", "}", "END"}
_OTHERS = {"createdb", "curl", "openssl", "pg_dump", "pg_restore", "pip", "psql", "python", "python3"}
_AS_ROOT = {"nginx", "systemctl"}
_ENDS = {"&&", "||", "|", ";"}
_ASSIGNMENT = re.compile(r"[A-Za-z_]+=")
_ASSIGNED = re.compile(r"^\w+=\$\((.*)\)$")
FUNCTION = re.compile(r"^(\w+)\(\) \{.*\}$")


def outside_documents(lines: list[str]) -> Iterator[str]:
    """Yield the lines that are no here-document's."""
    is_inside = False
    for line in lines:
        if not is_inside:
            yield line
        if "<<END" in line or line == "END":
            is_inside = line != "END"


def simple(line: str) -> Iterator[list[str]]:
    """Yield the simple commands of a line, without assignments before them and files behind them."""
    if assigned := _ASSIGNED.match(line):
        line = assigned[1]
    words = shlex.split(line.replace("; ", " ; "), comments=True)
    command: list[str] = []
    for word, before in zip([*words, ";"], ["", *words], strict=True):
        if word not in _ENDS:
            if ">" not in {word, before}:
                command.append(word)
            continue
        while command and (_ASSIGNMENT.match(command[0]) or command[0] == "{"):
            command.pop(0)
        if command:
            yield command
        command = []


def known(words: list[str], defined: set[str]) -> None:
    """Hold a command to exist, with its options where it is the program's own."""
    program, *arguments = words
    program = program.removeprefix(".venv/bin/")
    if program == "sudo":
        assert arguments[0] in _AS_ROOT, words
    elif program == "flask":
        _parsed(arguments)
    elif program == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert [word for word in arguments if "=" not in word and word not in targets] == []
    elif program in {"pytest", "ruff", "mypy", "lint-imports", "gunicorn"}:
        assert shutil.which(program, path=str(Path(sys.executable).parent))
        assert [word for word in arguments if word.startswith("tests/") and not (ROOT / word).exists()] == []
    else:
        assert program in _OF_A_SHELL | _OTHERS | defined or "/" in program, words


@cache
def _application() -> Flask:
    return described_app()


def _parsed(words: list[str]) -> None:
    """Have click read the words after `flask`, down to the command that they name."""
    app = _application()
    command: click.Command = FlaskGroup(create_app=lambda: app)
    context = click.Context(command, obj=ScriptInfo(create_app=lambda: app))
    # Flask's group enters the application's context, which click's context leaves.
    with context:
        _read(command, context, words)


def _read(command: click.Command, context: click.Context, words: list[str]) -> None:
    while isinstance(command, click.Group):
        _, (name, *words), _ = command.make_parser(context).parse_args(list(words))
        child = command.get_command(context, name)
        assert child is not None, name
        command, context = child, click.Context(child, parent=context, info_name=name, obj=context.obj)
    command.make_context(context.info_name, list(words), parent=context.parent)
