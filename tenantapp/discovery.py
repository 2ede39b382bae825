"""Find the models and blueprints of each package, so that none has to be listed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from flask import Blueprint

import tenantapp

# Serving a request never imports it; its views are PostgreSQL's.
_ELSEWHERE = "rls"


def modules_named(name: str) -> Iterator[ModuleType]:
    """Import and yield the module `name` of every package that has one, in the order of their names."""
    root = Path(tenantapp.__file__).parent
    # By its file, not by an import of its package: the test kit needs pytest, which production does not have.
    paths = [*root.glob(f"*/**/{name}.py"), *root.glob(f"*/**/{name}/__init__.py")]
    folders = [path.parent.parent if path.stem == "__init__" else path.parent for path in paths]
    packages = [folder.relative_to(root).parts for folder in folders]
    for parts in sorted(packages, key=lambda parts: (parts[-1], parts)):
        if parts[0] != _ELSEWHERE:
            yield importlib.import_module(".".join([tenantapp.__name__, *parts, name]))


def import_models() -> None:
    """Import every model, so that the metadata is whole."""
    for _ in modules_named("models"):
        pass


def blueprints() -> Iterator[Blueprint]:
    """Yield every blueprint of the packages' views, whether it is Flask's or flask-smorest's."""
    for views in modules_named("views"):
        yield from (value for value in vars(views).values() if isinstance(value, Blueprint))
