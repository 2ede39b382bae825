"""The private names of libraries are what the program expects, and it uses no others."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tenantapp.postgres import private
from tenantapp.postgres.private import ATTRIBUTES, METHODS
from tenantapp.settings.load import ROOT

LIBRARIES = ("psycopg", "psycopg_pool", "sqlalchemy")
PRIVATE = re.compile(r"_[A-Za-z]\w*")
# What SQLAlchemy and named tuples document, and a name of marshmallow's.
OTHERS = {"_asdict", "_make", "_mapping", "_declared_fields"}
LISTED = {name for names in (*METHODS.values(), *ATTRIBUTES.values()) for name in names}
FILES = sorted((ROOT / "tenantapp").rglob("*.py"))


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for owner, methods in METHODS.items() for name in methods],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_method_takes_what_it_is_expected_to(owner: type, name: str) -> None:
    assert " ".join(inspect.signature(getattr(owner, name)).parameters) == METHODS[owner][name]


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for owner, names in ATTRIBUTES.items() for name in names],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_attribute_is_there(owner: type, name: str) -> None:
    assert has(owner, name)


def test_the_program_uses_no_private_name_that_is_not_listed() -> None:
    assert {name for path in FILES for name in used(path)} <= LISTED | OTHERS


def test_the_program_uses_each_private_name_that_is_listed() -> None:
    texts = "".join(path.read_text() for path in FILES if path != Path(private.__file__))
    assert [name for name in LISTED if not re.search(rf"\b{name}\b", texts)] == []


def test_private_names_are_imported_in_one_file() -> None:
    assert [str(path.relative_to(ROOT)) for path in FILES if any(imported(path))] == [
        str(Path(private.__file__).relative_to(ROOT))
    ]


def imported(path: Path) -> Iterator[str]:
    """Yield the private names, and those of private modules, that a file imports of the libraries."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and of_a_library(node.module or ""):
            names = [*str(node.module).split("."), *(alias.name for alias in node.names)]
            yield from (name for name in names if PRIVATE.match(name))


def used(path: Path) -> Iterator[str]:
    """Yield the libraries' private names that a file uses: those that the program does not define itself."""
    tree = ast.parse(path.read_text())
    if not any(map(of_a_library, modules(tree))):
        return
    yield from accessed(tree) - defined()
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = [base for base in classes_of(path, node.name) if of_a_library(base.__module__)]
            yield from (
                name for name in accessed(node) | written(node) if any(has(base, name) for base in bases)
            )


def modules(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def accessed(tree: ast.AST) -> set[str]:
    """Return the private attributes that are named anywhere in a tree."""
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return {name for name in attributes if PRIVATE.match(name)}


def written(tree: ast.AST) -> set[str]:
    """Return the private names that a tree defines or assigns."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return {name for name in names if PRIVATE.match(name)}


@cache
def defined() -> frozenset[str]:
    """Return the private names that the program defines anywhere."""
    return frozenset().union(*(written(ast.parse(path.read_text())) for path in FILES))


def classes_of(path: Path, name: str) -> tuple[type, ...]:
    """Return a class of a file and its bases."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    found: type = getattr(importlib.import_module(module), name)
    return found.__mro__


@cache
def has(owner: type, name: str) -> bool:
    """Tell whether a class of a library, or its instances, have an attribute."""
    bases = [base for base in owner.__mro__ if of_a_library(base.__module__)]
    return any(name in {**vars(base), **inspect.get_annotations(base)} for base in bases) or any(
        re.search(rf"\bself\.{name}\b", text) for base in bases for text in methods(base)
    )


@cache
def methods(owner: type) -> list[str]:
    """Return the text of each method of a class."""
    return [inspect.getsource(value) for value in vars(owner).values() if inspect.isfunction(value)]


def of_a_library(module: str) -> bool:
    """Tell whether a module is one of the libraries' whose private names are listed."""
    return module.partition(".")[0] in LIBRARIES
