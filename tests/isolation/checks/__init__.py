"""The checks: every public function of these modules, each a sentence about a world with two tenants."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator

from tests.isolation.world import World

Check = Callable[[World], None]


def _checks() -> Iterator[Check]:
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield function


CHECKS = tuple(_checks())
