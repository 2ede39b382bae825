"""One factory a model: plain instances, which a test adds to a session itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import factory


def factory_of(model: type) -> type[factory.Factory]:
    """Return the factory of `model`.

    Raises:
        AssertionError: there is none, and where it should be.
    """
    for found in _factories():
        if found._meta.model is model:
            return found
    raise AssertionError(
        f"{model.__name__} has no factory: add {model.__name__}Factory in a file of tests/factories/, "
        "as tests/factories/customers.py does, so that its rows can be attacked"
    )


def _factories() -> Iterator[Any]:
    for module in pkgutil.iter_modules(__path__):
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, factory.Factory):
                yield value
