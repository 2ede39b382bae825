"""What is declared, and so allowed: by the models, the list of functions, the preparation, the project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from tenantapp.models.functions import FUNCTIONS
from tenantapp.models.scoped import declared_security
from tenantapp.rls.audit.findings import Finding, Severity
from tenantapp.rls.surface.builtins import BuiltinPart
from tenantapp.rls.surface.read import Given, Reached, Surface

CHECK = "surface"
_SCHEMAS = frozenset({"public", "control", "tenancy"})
# Alembic's own beside those of the models.
_REVISIONS = "public.alembic_version"
# Whose parts `flask db check` compares.
_COMPARED = frozenset({"table", "view", "sequence"})


def undeclared(surface: Surface, declared: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for whatever is reached, or acts by itself, and is not declared.

    Args:
        surface: what was read.
        declared: the digests of objects that the project declares by `kind name`.
    """
    relations, functions = _relations(), {function.signature for function in FUNCTIONS}
    members = [one for one in surface.objects if one.extension is not None]
    for one in surface.objects:
        if one.extension is None and not _is_expected(one, relations, functions):
            yield from _judged(one, declared)
    for name, parts in _by_extension(members).items():
        yield from _judged_extension(name, parts, declared)
    for given in surface.given:
        yield _beyond(given)
    there = {f"{one.kind} {one.name}" for one in surface.objects} | {
        f"extension {one.extension}" for one in members
    }
    for name in sorted(declared.keys() - there):
        yield Finding(CHECK, "warning", name, "is declared, and not there", "-- remove its declaration")


def altered(parts: Iterable[BuiltinPart]) -> Iterator[Finding]:
    """Yield a finding for each part of PostgreSQL's own objects that is not as it was shipped."""
    for part in parts:
        yield Finding(
            CHECK,
            "error",
            f"{part.kind} {part.latest}",
            f"PostgreSQL's own objects of this kind are not as released (part {part.number}); "
            "this one was written last",
            "-- restore it; `flask rls surface --builtins` on a fresh server tells what it was",
        )


def _relations() -> set[str]:
    security = declared_security()
    names = {*security, *(view.name for one in security.values() for view in one.views)}
    return {_REVISIONS, *(name if "." in name else f"public.{name}" for name in names)}


def _is_expected(one: Reached, relations: set[str], functions: set[str]) -> bool:
    if one.kind == "schema":
        return one.name in _SCHEMAS
    if one.kind == "sequence":
        # It numbers a declared column, and nobody draws from it but the owner.
        return one.declared_as in relations and not one.by_tenants
    if one.kind in _COMPARED:
        return one.declared_as in relations
    return one.kind == "function" and one.declared_as in functions


def _by_extension(members: Iterable[Reached]) -> dict[str, list[Reached]]:
    found: dict[str, list[Reached]] = {}
    for one in members:
        found.setdefault(str(one.extension), []).append(one)
    return found


def _judged(one: Reached, declared: Mapping[str, str]) -> Iterator[Finding]:
    name = f"{one.kind} {one.name}"
    if declared.get(name) == one.digest:
        return
    severity: Severity = "error" if one.is_open else "warning"
    how = [*one.reach, *(["runs with its owner's rights"] if one.definer else [])]
    how += ["let go before policies"] if one.leakproof else []
    detail = f"owned by {one.owner}" if one.owner else "acts by itself"
    yield Finding(
        CHECK,
        severity,
        name,
        f"nothing declares it; {'; '.join([detail, *how])}",
        f'-- drop it, or declare it: "{name.replace(chr(34), chr(92) + chr(34))}" = "{one.digest}"',
    )


def _judged_extension(
    name: str, members: Iterable[Reached], declared: Mapping[str, str]
) -> Iterator[Finding]:
    parts = list(members)
    digest = hashlib.sha256(repr([_comparable(one) for one in parts]).encode()).hexdigest()[:16]
    whole = f"extension {name}"
    if declared.get(whole) == digest:
        return
    definers = [one.name for one in parts if one.definer]
    detail = f"{len(parts)} members" + (
        f", with their owner's rights: {', '.join(definers)}" if definers else ""
    )
    known = "is declared with other members or definitions" if whole in declared else "nothing declares it"
    yield Finding(
        CHECK, "error", whole, f"{known}; {detail}", f'-- drop it, or declare it: "{whole}" = "{digest}"'
    )


def _comparable(one: Reached) -> tuple[object, ...]:
    return one.kind, one.name, one.owner, one.digest, one.reach, one.definer, one.leakproof


def _beyond(given: Given) -> Finding:
    return Finding(
        CHECK, "error", f"{given.kind} {given.name}", f"{given.holder}: {given.opens}", given.repair
    )


def unknown_release(version: int) -> Finding:
    """Return the finding for a release whose own objects nobody has digested."""
    return Finding(
        CHECK,
        "warning",
        f"PostgreSQL {version}",
        "no digests of its own objects are shipped, so that a change of them is not seen",
        f"-- `flask rls surface --builtins` on a fresh server, into sql/surface/builtins/{version}.txt",
    )
