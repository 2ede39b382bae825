"""What the directory's cache remembers: for seconds, within bounds, absent tenants apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from tenantapp.tenancy.directory import SERVED_SECONDS, CachedDirectory, DirectoryEntry

SECONDS = 5.0


@dataclass
class Clock:
    """A time that passes when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Source:
    """A directory that counts what it is asked."""

    entries: dict[str, DirectoryEntry] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def find(self, subdomain: str) -> DirectoryEntry | None:
        self.asked.append(subdomain)
        return self.entries.get(subdomain)

    def enter(self, subdomain: str, status: str = "active") -> DirectoryEntry:
        entry = DirectoryEntry(uuid4(), subdomain, status, "primary", 1)
        self.entries[subdomain] = entry
        return entry


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def directory(source: Source, clock: Clock) -> CachedDirectory:
    return CachedDirectory(source, seconds=SECONDS, size=3, timer=clock)


def test_an_answer_is_asked_for_once(directory: CachedDirectory, source: Source) -> None:
    acme = source.enter("acme")
    assert [directory.find("acme") for _ in range(3)] == [acme] * 3
    assert source.asked == ["acme"]


def test_an_absent_tenant_is_asked_for_once(directory: CachedDirectory, source: Source) -> None:
    assert [directory.find("nobody") for _ in range(3)] == [None] * 3
    assert source.asked == ["nobody"]


@pytest.mark.parametrize(
    ("before", "seconds", "after"), [("suspended", SECONDS, "active"), ("active", SERVED_SECONDS, "archived")]
)
def test_an_answer_gets_no_older_than_its_seconds(
    directory: CachedDirectory, source: Source, clock: Clock, before: str, seconds: float, after: str
) -> None:
    old = source.enter("acme", before)
    directory.find("acme")
    new = source.enter("acme", after)
    clock.now += seconds - 0.001
    assert directory.find("acme") == old
    clock.now += 0.001
    assert directory.find("acme") == new


def test_being_asked_again_does_not_keep_an_answer_alive(
    directory: CachedDirectory, source: Source, clock: Clock
) -> None:
    source.enter("acme", "suspended")
    for _ in range(11):
        directory.find("acme")
        clock.now += SECONDS / 10
    assert source.asked == ["acme", "acme"]


def test_a_new_tenant_is_found_when_its_absence_is_forgotten(
    directory: CachedDirectory, source: Source, clock: Clock
) -> None:
    assert directory.find("acme") is None
    acme = source.enter("acme")
    assert directory.find("acme") is None
    clock.now += SECONDS
    assert directory.find("acme") == acme


def test_invented_names_do_not_push_out_the_tenants_in_use(
    directory: CachedDirectory, source: Source
) -> None:
    acme = source.enter("acme")
    directory.find("acme")
    for number in range(100):
        assert directory.find(f"invented-{number}") is None
    assert directory.find("acme") == acme
    assert source.asked.count("acme") == 1


@pytest.mark.parametrize("present", [True, False])
def test_no_more_answers_of_a_kind_are_kept_than_its_size(
    directory: CachedDirectory, source: Source, present: bool
) -> None:
    names = [f"name-{number}" for number in range(10)]
    for name in names:
        if present:
            source.enter(name)
        directory.find(name)
    asked_before = len(source.asked)
    for name in reversed(names):
        directory.find(name)
    assert len(source.asked) - asked_before >= len(names) - 3


@pytest.mark.parametrize("present", [True, False])
def test_what_is_forgotten_is_asked_for_anew(
    directory: CachedDirectory, source: Source, present: bool
) -> None:
    if present:
        source.enter("acme")
    directory.find("acme")
    changed = source.enter("acme", "suspended")
    directory.forget("acme")
    assert directory.find("acme") == changed


def test_forgetting_what_was_never_known_is_no_error(directory: CachedDirectory) -> None:
    directory.forget("nobody")


def test_an_error_is_not_remembered(clock: Clock) -> None:
    class Away(Source):
        def find(self, subdomain: str) -> DirectoryEntry | None:
            found = super().find(subdomain)
            if found is None:
                raise ConnectionError
            return found

    source = Away()
    directory = CachedDirectory(source, seconds=SECONDS, timer=clock)
    with pytest.raises(ConnectionError):
        directory.find("acme")
    acme = source.enter("acme")
    assert directory.find("acme") == acme
