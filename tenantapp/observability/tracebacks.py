"""Tracebacks for logs that others read: where an exception was raised, and no value that it quotes."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

from tenantapp.postgres.error_text import error_text

# What Python says of these is about code. A ValueError or a KeyError quotes what it was given.
_ABOUT_CODE = (
    AssertionError,
    AttributeError,
    ImportError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    TypeError,
    Warning,
)
_OURS = "tenantapp"
_BECAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_MEANWHILE = "\nDuring handling of the above exception, another exception occurred:\n\n"


def traceback_text(exc_info: Any) -> str:
    """Return the traceback of an exception and of those before it, without values.

    Args:
        exc_info: as `sys.exc_info()` gives it.
    """
    return "".join(_parts(exc_info[1], set())).rstrip("\n")


def exception_text(error: BaseException) -> str:
    """Return an exception's class and what may be told of it: no message that may quote a value."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    said = _said(error)
    return f"{name}: {said}" if said else name


def _said(error: BaseException) -> str:
    told = error_text(error)
    if told is not None:
        return told
    module = type(error).__module__
    is_ours = module.partition(".")[0] == _OURS
    is_about_code = module == "builtins" and isinstance(error, _ABOUT_CODE)
    return str(error) if is_ours or is_about_code else ""


def _parts(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    cause = error.__cause__
    before = cause or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _parts(before, seen)
        yield _BECAUSE if cause else _MEANWHILE
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{exception_text(error)}\n"
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _parts(inner, seen)
