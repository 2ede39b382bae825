"""Each block of the documents is of a kind, and what its kind says holds.

- `console`, what a terminal shows: `$` and a command, then its output; commands and options exist
- `bash`, a script: it parses, commands and options exist
- `python`, a file or a part of one: it compiles, and what it imports of the program exists
- `toml`, `json`: it is read
- `nginx`, `mermaid`: its form; `test_deployment_page.py` starts nginx with it
- `text`: output, or a drawing; nothing in it is run

`RUN` says which tests run the pages' commands and files besides.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from tenantapp.settings.load import ROOT
from tests.support.blocks import FILES_MADE, PAGES, Block, all_blocks, blocks_in
from tests.unit.documents.shells import FUNCTION, known, outside_documents, simple

BLOCKS = all_blocks()
RUN = {
    "README.md": "tests/e2e/test_readme.py",
    "docs/deployment.md": "tests/external/test_deployment_page.py",
    "docs/extending.md": "tests/integration/migrations/test_extending.py",
    "docs/how-to": "tests/integration/howto/test_pages.py",
    "docs/migrations.md": "tests/integration/migrations/test_page.py",
    "docs/operations.md": "tests/external/test_deployment_page.py",
    "docs/security": "tests/integration/cli/test_commands_of_pages.py",
    "docs/seeds.md": "tests/integration/cli/test_commands_of_pages.py",
}
"""What runs the commands and files of a page, all or most of them."""
CHECKED_ALONE = {
    "CONTRIBUTING.md": "they are what CI runs",
    "docs/testing.md": "they are of a model that there is not",
    "docs/troubleshooting.md": "they are for when something is wrong",
}
"""The pages whose blocks no test runs, and why."""


def test_every_block_is_of_a_kind() -> None:
    assert [f"{block}: {block.kind!r}" for block in BLOCKS if block.kind not in CHECKS] == []


def test_a_block_of_no_kind_is_found() -> None:
    page = "A page.\n\n```\n$ rm -rf /\n```\n\n```console\n$ flask db check\n```\n"
    assert [(block.kind, block.line) for block in blocks_in(page, Path("a.md"))] == [("", 3), ("console", 7)]


def test_no_block_goes_without_a_fence() -> None:
    assert [f"{page.name}:{line}" for page in PAGES for line in _indented(page)] == []


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_what_a_block_says_holds(block: Block) -> None:
    CHECKS[block.kind](block)


def test_a_block_that_does_not_hold_is_found() -> None:
    wrong = {
        "console": "$ flask db chekc\n",
        "bash": "flask tenants create\n",
        "python": "from tenantapp.models.scoped import Resauce\n",
        "toml": "[tool\n",
        "json": "{'a': 1}\n",
        "mermaid": "flowchart TB\n    subgraph a\n",
        "nginx": "server {\n",
    }
    for kind, text in wrong.items():
        with pytest.raises((AssertionError, click.ClickException, SyntaxError, ValueError)):
            CHECKS[kind](Block(Path("a.md"), 1, kind, text))


def test_every_page_with_something_to_run_says_what_runs_it() -> None:
    pages = {str(block.page) for block in BLOCKS if block.kind in RUNNABLE}
    known = RUN.keys() | CHECKED_ALONE.keys()
    assert [page for page in sorted(pages) if not any(page.startswith(each) for each in known)] == []


@pytest.mark.parametrize("page", RUN)
def test_what_is_said_to_run_a_page_reads_it(page: str) -> None:
    test = (ROOT / RUN[page]).read_text(encoding="utf-8")
    assert (ROOT / page).exists()
    assert Path(page).stem.lower() in test.lower()


def _indented(page: Path) -> Iterator[int]:
    """Yield the lines that Markdown takes for code since they are indented, outside of lists and fences."""
    is_fenced, before = False, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif not is_fenced and line.startswith("    ") and not re.match(r"\s*([-*]|\d+\.) | {2}", before):
            yield number
        if line.strip():
            before = line


def _shell(block: Block) -> None:
    if block.kind == "bash":
        subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)
    defined = {
        match[1] for other in BLOCKS for line in other.commands if (match := FUNCTION.match(line))
    } | set(re.findall(r"^(\w+)\(\) \{", block.text, re.MULTILINE))
    for line in outside_documents(block.commands):
        if line.strip() and not line.lstrip().startswith("#") and not FUNCTION.match(line):
            for words in simple(line):
                known(words, defined)


def _python(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("tenantapp"):
            continue
        if f"{str(node.module).replace('.', '/')}.py" not in FILES_MADE:
            module = importlib.import_module(str(node.module))
            assert [name.name for name in node.names if not _has(module, name.name)] == []


def _has(module: object, name: str) -> bool:
    if hasattr(module, name):
        return True
    try:
        importlib.import_module(f"{getattr(module, '__name__', '')}.{name}")
    except ImportError:
        return False
    return True


def _toml(block: Block) -> None:
    tomllib.loads(block.text)


def _json(block: Block) -> None:
    json.loads(block.text)


def _mermaid(block: Block) -> None:
    kind, *lines = (line.strip() for line in block.text.splitlines())
    assert kind.split()[0] in {"flowchart", "sequenceDiagram"}
    opened = sum(line.startswith(("subgraph ", "opt ", "alt ", "loop ")) for line in lines)
    assert opened == lines.count("end")
    # It ends a statement there, in the middle of a sentence too.
    assert [line for line in lines if ";" in line] == []


def _nginx(block: Block) -> None:
    assert block.text.count("{") == block.text.count("}")
    lines = [line.partition("#")[0].strip() for line in block.text.splitlines()]
    assert [line for line in lines if line and not line.endswith(("{", "}", ";"))] == []


def _nothing(_block: Block) -> None:
    """Leave what is not run."""


RUNNABLE = {"bash", "console", "nginx", "python"}
CHECKS: dict[str, Callable[[Block], None]] = {
    "bash": _shell,
    "console": _shell,
    "json": _json,
    "mermaid": _mermaid,
    "nginx": _nginx,
    "python": _python,
    "text": _nothing,
    "toml": _toml,
}
