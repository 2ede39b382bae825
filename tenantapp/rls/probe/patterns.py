"""A text that a regular expression matches, for CHECK constraints that ask for one."""

from __future__ import annotations

import importlib
import random
import re
import string
from collections.abc import Callable
from typing import Any

# The parser of Python's own regular expressions: PostgreSQL's look the same for all that checks are made of.
_parser: Any = importlib.import_module("re._parser")
_ANYTHING = string.ascii_lowercase + string.digits
_CLASSES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": _ANYTHING,
    "CATEGORY_SPACE": " ",
}
# Long enough not to occur by chance, where the pattern leaves it open.
_USUAL_REPEATS = 12


def matching(pattern: str) -> str | None:
    """Return a random text that `pattern` matches, or None where it asks for more than is understood."""
    try:
        text = _sequence(_parser.parse(pattern))
    except (re.error, KeyError, ValueError, IndexError):
        return None
    return text if re.search(pattern, text) else None


def _sequence(items: Any) -> str:
    return "".join(_PARTS[str(code)](argument) for code, argument in items)


def _repeated(argument: Any) -> str:
    low, high, repeated = argument
    return "".join(_sequence(repeated) for _ in range(max(int(low), min(int(high), _USUAL_REPEATS))))


# A canary is no secret.
_PARTS: dict[str, Callable[[Any], str]] = {
    "AT": lambda _: "",
    "LITERAL": chr,
    "ANY": lambda _: random.choice(_ANYTHING),  # noqa: S311
    "IN": lambda members: random.choice(_members(members)),  # noqa: S311
    "SUBPATTERN": lambda group: _sequence(group[-1]),
    "BRANCH": lambda branches: _sequence(random.choice(branches[1])),  # noqa: S311
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
}


def _members(items: Any) -> str:
    members = ""
    for code, argument in items:
        kind = str(code)
        if kind == "NEGATE":
            excluded = _members(items[1:])
            return "".join(sorted(set(_ANYTHING) - set(excluded)))
        if kind == "LITERAL":
            members += chr(argument)
        elif kind == "RANGE":
            members += "".join(map(chr, range(argument[0], argument[1] + 1)))
        else:
            members += _CLASSES[str(argument)]
    return members
