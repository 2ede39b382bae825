"""What a process remembers is asked for by many threads at once, and none of them fails by another."""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy.engine import Engine

import tenantapp
from tenantapp.identity.api_keys.uses import KeyUses
from tenantapp.tenancy.directory import CachedDirectory, DirectoryEntry

THREADS, ROUNDS = 8, 3000
NAMES = [f"name-{number}" for number in range(30)]


class Source:
    """A directory that knows every other name."""

    def find(self, subdomain: str) -> DirectoryEntry | None:
        known = int(subdomain[-1]) % 2 == 0
        return DirectoryEntry(UUID(int=7), subdomain, "active", "primary", 1) if known else None


class Hasty:
    """A time that passes at each look, so that something always expires."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 0.5
        return self._now


@pytest.fixture(autouse=True)
def restless() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work: Callable[[random.Random], object]) -> None:
    def repeat(seed: int) -> None:
        choice = random.Random(seed)  # noqa: S311 - any order will do
        for _ in range(ROUNDS):
            work(choice)

    with ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(repeat, seed) for seed in range(THREADS)]:
            done.result()


def test_the_directorys_cache_is_asked_by_many_threads() -> None:
    directory = CachedDirectory(Source(), seconds=5, size=10, timer=Hasty())

    def ask(choice: random.Random) -> None:
        name = choice.choice(NAMES)
        if choice.random() < 0.1:
            directory.forget(name)
        found = directory.find(name)
        assert (found is not None) == (int(name[-1]) % 2 == 0)

    in_threads(ask)


def test_uses_of_keys_are_noted_by_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    uses = KeyUses(timer=Hasty())
    monkeypatch.setattr(uses, "_start", lambda: None)
    engine, tenants, keys = (
        cast("Engine", object()),
        [uuid4() for _ in range(5)],
        [uuid4() for _ in range(50)],
    )
    in_threads(lambda choice: uses.note(engine, choice.choice(tenants), choice.choice(keys)))
    assert uses._count == sum(map(len, uses._waiting.values())) <= len(tenants) * len(keys)


def test_no_function_is_cached_by_cachetools_without_a_lock() -> None:
    """Its caches are not safe for threads; functools' are."""
    careless = []
    for path in Path(tenantapp.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                named = {keyword.arg for keyword in node.keywords}
                if node.func.id in ("cached", "cachedmethod") and "lock" not in named:
                    careless.append(f"{path.name}:{node.lineno}")
    assert careless == []
