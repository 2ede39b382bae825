"""The commands of a page of the documentation, as a reader would paste them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_BLOCK = re.compile(
    r"^(?:## (?P<title>[^\n]+)|```(?P<language>\w+)\n(?P<text>.*?)^```)$", re.MULTILINE | re.DOTALL
)


def commands(page: Path, substitutions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the blocks of shell commands by the title of their section, in the page's order.

    Args:
        page: a file of Markdown.
        substitutions: what stands in for the examples of the page, made in this order.

    Raises:
        KeyError: the page has no such example.
    """
    text = page.read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    title = ""
    for example in substitutions:
        if example not in text:
            raise KeyError(example)
    for match in _BLOCK.finditer(text):
        title = match["title"] or title
        if match["language"] == "bash":
            found.setdefault(title, []).append(_substituted(match["text"], substitutions))
    return found


def blocks_of(page: Path, language: str) -> list[str]:
    """Return the blocks of a language, in the page's order.

    Args:
        page: a file of Markdown.
        language: what their fences say.
    """
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [match["text"] for match in found if match["language"] == language]


def _substituted(text: str, substitutions: Mapping[str, str]) -> str:
    for example, value in substitutions.items():
        text = text.replace(example, value)
    return text
