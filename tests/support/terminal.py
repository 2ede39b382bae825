"""What a page shows of a terminal: each command, and the output that it says it has."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What differs between two runs.
_VARYING = {
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}": "UUID",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00": "TIME",
    r'(?<="request_id":")[0-9a-f]{32}': "REQUEST",
}


def shown(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a `console` block, and the output beneath it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def is_as_shown(output: str, expected: str) -> bool:
    """Tell whether an output is what a page shows, where `…` stands for whatever is left out.

    Args:
        output: what a command printed.
        expected: what the page shows; ids and times may be others.
    """
    pattern = ".*".join(re.escape(_unvarying(part)) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, _unvarying(output).strip(), re.DOTALL) is not None


def _unvarying(text: str) -> str:
    for pattern, name in _VARYING.items():
        text = re.sub(pattern, name, text)
    return text.replace("\r\n", "\n")
