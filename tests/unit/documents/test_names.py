"""What the documents name is there: pages and their headings, files, modules and settings."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenantapp.settings.load import KEYS, ROOT
from tests.support.blocks import FILES_MADE, PAGES

_FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?:tenantapp|tests|docs|sql|migrations|benchmarks)/[\w./-]*")
_MODULE = re.compile(r"(?<!/)tenantapp(?:\.\w+)+")
_SETTING = re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+")
_NO_SETTINGS = {
    "TEST_DATABASE_URL",
    "TEST_POSTGRES_VERSION",
    "GENERATED_REQUESTS",
    "CORPUS_EVERY",
    "HOLES_SEED",
    "DOTENV_FILE",
}
_OF_OTHERS = re.compile(
    r"SEED_|POSTGRES_|REDIS_|FLASK_|COPY_|CURRENT_|ALTER_|NO_|HTTP_|TYPE_|WORDS|STATES|KINDS"
)


def prose(page: Path) -> str:
    """Return what a page says outside of its blocks."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in _HEADING.findall(prose(page))
    }


def named(page: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield what a pattern finds in a page's words of code."""
    for code in _CODE.findall(prose(page)):
        yield from pattern.findall(code)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_that_are_named_are_there(page: Path) -> None:
    found = set(named(page, _PATH)) - FILES_MADE
    # Capitals stand for what a reader names.
    assert [name for name in sorted(found) if not (ROOT / name).exists() and "NAME" not in name] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_modules_that_are_named_are_there(page: Path) -> None:
    found = set(named(page, _MODULE))
    assert [name for name in sorted(found) if not is_there(name)] == []


def is_there(name: str) -> bool:
    """Tell whether a dotted name is a module's, or that of something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        file = ROOT.joinpath(*parts[:length])
        if not file.with_suffix(".py").exists() and not file.is_dir():
            continue
        # A module that starts the program when it is imported is named by itself alone.
        found: object = importlib.import_module(".".join(parts[:length])) if parts[length:] else None
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_a_name_that_is_not_there_is_found() -> None:
    assert is_there("tenantapp.postgres.bound.BoundConnection.begin")
    assert not is_there("tenantapp.postgres.bound.Gone")
    assert not is_there("tenantapp.gone")


def test_every_setting_that_is_named_is_one() -> None:
    known = set(KEYS) | _NO_SETTINGS
    found = {(page.name, name) for page in PAGES for name in named(page, _SETTING)}
    assert sorted(each for each in found if each[1] not in known and not _OF_OTHERS.match(each[1])) == []
