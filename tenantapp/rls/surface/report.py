"""The surface as a document: for readers, for a file kept in git, and compared with another one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tenantapp.rls.surface.errors import SurfaceFileError
from tenantapp.rls.surface.read import Surface

Document = Mapping[str, list[dict[str, Any]]]
_CHAPTERS = ("objects", "given")
_FIELDS = {
    "objects": {"kind", "name", "owner", "extension", "runs_as_owner", "leakproof", "reach", "digest"},
    "given": {"kind", "name", "holder", "opens"},
}


def as_document(surface: Surface) -> Document:
    """Return what requests can reach, and what acts by itself, without what only this server knows."""
    return {
        "objects": [
            {
                "kind": one.kind,
                "name": one.name,
                "owner": one.owner,
                "extension": one.extension,
                "runs_as_owner": one.definer,
                "leakproof": one.leakproof,
                "reach": list(one.by_tenants),
                "digest": one.digest,
            }
            for one in surface.objects
            if one.is_open
        ],
        "given": [
            {"kind": one.kind, "name": one.name, "holder": one.holder, "opens": one.opens}
            for one in surface.given
        ],
    }


def read_document(text: str) -> Document:
    """Read a document that was written as JSON.

    Raises:
        SurfaceFileError: it is none.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise SurfaceFileError(f"this is no JSON: {error}") from error
    if not isinstance(document, dict) or document.keys() != set(_CHAPTERS):
        raise SurfaceFileError("this is no surface: expected what `flask rls surface --json` prints")
    for chapter in _CHAPTERS:
        items = document[chapter]
        if not isinstance(items, list) or not all(
            isinstance(item, dict) and item.keys() == _FIELDS[chapter] for item in items
        ):
            raise SurfaceFileError(f"this is no surface: {chapter} is no list of objects")
    return document


def lines(document: Document) -> Iterator[str]:
    """Yield a document as lines for a reader: objects of a kind together, who may do what below each."""
    for one in document["objects"]:
        marks = [f"owner {one['owner']}"] if one["owner"] else []
        marks += [f"extension {one['extension']}"] if one["extension"] else []
        marks += ["runs as its owner"] if one["runs_as_owner"] else []
        marks += ["leakproof"] if one["leakproof"] else []
        yield f"{one['kind']} {one['name']}  ({', '.join([*marks, one['digest']])})"
        yield from (f"        {reach}" for reach in one["reach"])
    for one in document["given"]:
        yield f"beyond: {one['kind']} {one['name']}  {one['holder']}: {one['opens']}"


def differences(here: Document, there: Document) -> dict[str, Document]:
    """Return what only one of two documents has."""
    return {
        "here_alone": {chapter: _without(here[chapter], there[chapter]) for chapter in _CHAPTERS},
        "there_alone": {chapter: _without(there[chapter], here[chapter]) for chapter in _CHAPTERS},
    }


def _without(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in some if item not in others]
