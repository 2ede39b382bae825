"""The promise needs no superuser: a role with CREATEROLE and CREATEDB has prepared these databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from tenantapp.rls.audit.configuration import load_configuration
from tenantapp.rls.audit.run import audit
from tenantapp.rls.probe import Outcome, probe
from tenantapp.settings.load import ROOT
from tests.isolation.differential.pairs import pair
from tests.isolation.red_team.attack import Attack, gains, one_connection
from tests.isolation.red_team.attacks import ATTACKS
from tests.isolation.world import MakeWorld, worlds
from tests.support.sealing import sealer_of
from tests.support.weak import WeakServer, weakly_prepared

# What PostgreSQL lets everybody do, and a superuser alone takes away. None of it reaches a tenant's rows.
NEEDS_A_SUPERUSER = {
    "a large object",
    "an advisory lock",
    "another's backend terminated",
    "the server's disk filled",
    "the limit on temporary files lifted for later sessions",
    "what others ask the server",
    "a function that no time-out ends",
}


@pytest.fixture(scope="module")
def weak(bootstrap: URL) -> Iterator[tuple[WeakServer, str]]:
    with weakly_prepared(bootstrap) as prepared:
        yield prepared


@pytest.fixture(scope="module")
def make_weak_world(weak: tuple[WeakServer, str]) -> Iterator[MakeWorld]:
    with worlds(*weak) as lend:
        yield lend


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gains_nothing_but_what_needs_a_superuser(
    make_weak_world: MakeWorld, attack: Attack
) -> None:
    with make_weak_world() as world, one_connection(world):
        assert (gains(attack, world) != []) is (attack.name in NEEDS_A_SUPERUSER)


def test_a_sample_of_statements_tells_nothing(make_weak_world: MakeWorld) -> None:
    with pair(make_weak_world) as databases:
        assert list(databases.differences(seed=3, number=150)) == []


def test_the_audit_finds_no_error(weak: tuple[WeakServer, str]) -> None:
    server, database = weak
    with server.clone(database) as name, server.connect("bootstrap", name) as connection:
        found = audit(connection, server.names, load_configuration(ROOT / "pyproject.toml"))
    ours = [one for one in found.findings if not one.object.startswith("test_")]
    assert [f"{one.check}: {one.object}: {one.detail}" for one in ours if one.severity == "error"] == []


def test_the_probe_finds_no_leak(weak: tuple[WeakServer, str]) -> None:
    server, database = weak
    with (
        server.clone(database) as name,
        server.connect("app", name) as app,
        server.connect("platform", name) as platform,
    ):
        report = probe(app, platform, sealer_of(name))
    assert list(report.cells(Outcome.LEAK)) == []
