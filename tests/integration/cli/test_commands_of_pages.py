"""The commands of the pages on audit, probe, seeds and keys, run as the pages give them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tenantapp.settings.load import ROOT
from tests.integration.migrations.database import Migrations
from tests.support.blocks import blocks_in
from tests.support.databases import Server
from tests.support.howto import commands_of

KEYS_SECTION = re.compile(r"^## The context key$.*?(?=^## )", re.MULTILINE | re.DOTALL)


def run(server: Server, database: str, folder: Path, page: str) -> list[tuple[list[str], str]]:
    """Run a page's `flask` commands one after the other; return each with what it said."""
    bootstrap = server.address("bootstrap", database).render_as_string(hide_password=False)
    environ = Migrations(server, database).environment | {
        "BOOTSTRAP_DATABASE_URL": bootstrap,
        "DOTENV_FILE": os.devnull,
        "FLASK_SKIP_DOTENV": "1",
        "INSTANCE_PATH": str(folder / "instance"),
        "PYTHONPATH": str(ROOT),
    }
    said = []
    shown = "".join(block.text for block in blocks_in(page, ROOT) if block.kind == "console")
    for program, *given in commands_of(re.sub(r" +#.*", "", shown)):
        if program != "flask":
            continue
        # Another server of the page's is this one.
        here = [bootstrap if word.startswith("postgresql://") else word for word in given]
        words, into = (here[:-2], here[-1]) if ">" in here else (here, None)
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=folder,
            env=environ,
            input="y\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        said.append((words, done.stdout))
        if into is not None:
            (folder / into).write_text(done.stdout)
        # The page says to set it before the next command.
        if key := re.search(r"^context_key +(\S+)$", done.stdout, re.MULTILINE):
            environ["CONTEXT_KEY"] = key[1]
    return said


@pytest.mark.slow
@pytest.mark.parametrize(("name", "commands"), [("security/audits", 7), ("security/probe", 3), ("seeds", 2)])
def test_the_commands_of_a_page_succeed(
    server: Server, database: str, tmp_path: Path, name: str, commands: int
) -> None:
    page = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert len(run(server, database, tmp_path, page)) == commands
    if name == "security/probe":
        assert (tmp_path / "probe.html").stat().st_size > 0


def test_the_key_is_rotated_as_the_page_says(server: Server, database: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = KEYS_SECTION.search(page)
    assert section is not None
    old = PUBLISHED_CONTEXT_KEY.id
    said = run(server, database, tmp_path, section[0].replace("retire k1", f"retire {old}"))
    assert [words[:2] for words, _ in said] == [["keys", "rotate"], ["keys", "retire"], ["keys", "list"]]
    assert old not in said[-1][1].split()
