"""Finds the models and blueprints that packages bring along, so that none has to be listed."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from flask_smorest import Blueprint

import tenantapp


def modules_named(name: str) -> Iterator[ModuleType]:
    """Import and yield the module `name` of every package of the application that has one."""
    for package in sorted(found.name for found in pkgutil.iter_modules(tenantapp.__path__) if found.ispkg):
        path = f"{tenantapp.__name__}.{package}"
        if importlib.util.find_spec(f"{path}.{name}"):
            yield importlib.import_module(f"{path}.{name}")


def import_models() -> None:
    """Import every model, so that the metadata is whole."""
    for _ in modules_named("models"):
        pass


def blueprints() -> Iterator[Blueprint]:
    """Yield every blueprint of the packages' views."""
    for views in modules_named("views"):
        yield from (value for value in vars(views).values() if isinstance(value, Blueprint))
