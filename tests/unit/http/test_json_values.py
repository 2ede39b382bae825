from __future__ import annotations

import json
import random
from typing import Any, SupportsIndex

import pytest

from tenantapp.http import json_values
from tenantapp.http.json_values import holds_more_than

MOST = 20_000
MIB = 1024 * 1024
TEXTS = ("", "a", '"', "\\", '\\"', ",[{", '",', "\\\\,", "ß,", "\n\t")


def value(chance: random.Random, depth: int = 0) -> Any:
    """Return some JSON value, whose lists and objects are never empty."""
    kind = chance.choice(("text", "number", "list", "object") if depth < 4 else ("text", "number"))
    if kind == "list":
        return [value(chance, depth + 1) for _ in range(chance.randint(1, 5))]
    if kind == "object":
        keys = {chance.choice(TEXTS) + str(n) for n in range(chance.randint(1, 5))}
        return {key: value(chance, depth + 1) for key in keys}
    return "".join(chance.choices(TEXTS, k=5)) if kind == "text" else chance.choice((1, -1.5e9, None, True))


def count(found: Any) -> int:
    """Return how many values a value consists of."""
    if isinstance(found, dict):
        return 1 + sum(map(count, found.values()))
    return 1 + sum(map(count, found)) if isinstance(found, list) else 1


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64, 4096])
@pytest.mark.parametrize("seed", range(30))
def test_counts_values_exactly_wherever_the_text_is_cut(
    monkeypatch: pytest.MonkeyPatch, seed: int, piece: int
) -> None:
    monkeypatch.setattr(json_values, "_PIECE", piece)
    # S311: it is a test's.
    body = [value(random.Random(seed)) for _ in range(3)]  # noqa: S311
    text, values = json.dumps(body).encode(), count(body)
    assert not holds_more_than(values, text)
    assert holds_more_than(values - 1, text)


@pytest.mark.parametrize("text", [",[{" * 300_000, '\\",' * 300_000, "\\\\," * 300_000])
def test_commas_and_brackets_of_a_text_are_no_values(text: str) -> None:
    assert not holds_more_than(MOST, f'{{"notes": "{text}"}}'.encode())


class Watched(bytes):
    """Bytes that know how far they were looked at."""

    seen = 0

    def __getitem__(self, key: SupportsIndex | slice) -> Any:
        assert isinstance(key, slice)
        self.seen = max(self.seen, key.stop)
        return super().__getitem__(key)


@pytest.mark.parametrize("item", ["1", '"x"', "[]", "{}", '{"a":1}', '""'])
def test_no_more_is_looked_at_than_what_is_too_much(item: str) -> None:
    items = Watched(f'{{"tags": [{",".join([item] * 330_000)}]}}'.encode())
    assert holds_more_than(MOST, items)
    assert items.seen < MOST * (len(item) + 1) + 2 * 16 * 1024


def test_quotation_marks_alone_are_not_counted_to_their_end() -> None:
    marks = Watched(b"," * MOST + b'"' * MIB)
    assert holds_more_than(MOST, marks)
    assert marks.seen < MIB // 4
