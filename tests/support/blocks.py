"""The fenced blocks of the documents, each with its kind and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tenantapp.settings.load import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FILES_MADE = frozenset(
    name
    for page in PAGES
    for name in re.findall(r"^`([\w/.]+\.py)`:$", page.read_text(encoding="utf-8"), re.MULTILINE)
)
"""The files that the pages have their readers write."""

_BLOCK = re.compile(r"^( *)```([^\n]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Args:
        page: its file, relative to the checkout.
        line: where its fence opens.
        kind: what its fence says.
        text: what is in it.
    """

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """The lines that a reader types: all of a script's, those after `$` of what a terminal shows."""
        joined = self.text.replace("\\\n", " ")
        if self.kind == "bash":
            return joined.splitlines()
        return [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ ")]


def blocks_in(text: str, page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in _BLOCK.finditer(text):
        line = text[: match.start()].count("\n") + 1
        yield Block(page, line, match[2].strip(), match[3])


def all_blocks() -> list[Block]:
    """Return the blocks of all pages."""
    return [
        block
        for path in PAGES
        for block in blocks_in(path.read_text(encoding="utf-8"), path.relative_to(ROOT))
    ]
