"""What the locks pin can be installed, by the oldest pip too, whatever is released later."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.locks import ALL, LOCKS, PRODUCTION, REPOSITORY, pins

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
RUNNING = pins(PRODUCTION).keys() | pins(LOCKS / "run.txt").keys()


def name_of(lock: Path) -> str:
    return str(lock.relative_to(REPOSITORY))


def asked(name: str, extras: set[str]) -> list[Requirement]:
    """Return what an installed package asks for, in any environment."""
    found = [Requirement(line) for line in requires(name) or ()]
    return [
        requirement
        for requirement in found
        if requirement.marker is None
        or "extra" not in str(requirement.marker)
        or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def sources(lock: Path) -> list[Requirement]:
    """Return what a lock is made from."""
    if lock == PRODUCTION:
        lines = PROJECT["project"]["dependencies"]
    else:
        lines = lock.with_suffix(".in").read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("lock", ALL, ids=name_of)
def test_every_pin_has_hashes_and_no_lock_names_a_host(lock: Path) -> None:
    text = lock.read_text()
    assert len(pins(lock)) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)) > 0
    assert not re.findall(r"://|--index|--find-links|--extra", text)


@pytest.mark.parametrize("lock", ALL, ids=name_of)
def test_a_lock_pins_what_its_source_asks_for(lock: Path) -> None:
    pinned = pins(lock)
    for wanted in sources(lock):
        pin = pinned[canonicalize_name(wanted.name)]
        assert wanted.extras <= pin.extras
        assert next(iter(pin.specifier)).version in wanted.specifier


def test_all_locks_pin_a_package_at_one_version() -> None:
    versions = defaultdict(set)
    for lock in ALL:
        for name, pin in pins(lock).items():
            versions[name].add(str(pin.specifier))
    assert not {name: found for name, found in versions.items() if len(found) > 1}


def test_a_package_that_another_wants_with_an_extra_is_pinned_with_one() -> None:
    """Else pip 23.2 takes the newest release of it, which has no hash, and installs nothing."""
    checked = 0
    for lock in ALL:
        pinned = pins(lock)
        for name, pin in pinned.items():
            try:
                wanted = asked(name, pin.extras)
            except PackageNotFoundError:
                continue  # for another platform, or another purpose
            checked += 1
            for requirement in wanted:
                other = pinned.get(canonicalize_name(requirement.name))
                assert not requirement.extras or other is None or other.extras, (lock, name, str(requirement))
    assert checked > len(pins(PRODUCTION)) * 2


def test_the_wheel_is_built_with_what_is_pinned() -> None:
    (wanted,) = map(Requirement, PROJECT["build-system"]["requires"])
    assert wanted.specifier == pins(LOCKS / "dist.txt")[wanted.name].specifier


def test_running_needs_nothing_that_tests_or_checks() -> None:
    assert not RUNNING & {"pytest", "ruff", "mypy", "selenium", "z3-solver", "pglast", "pip-audit", "uv"}
