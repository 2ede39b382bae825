"""Each attack gains nothing; without its counter-measure it gains something."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from tests.isolation.red_team.attack import Attack, gains, one_connection, weakened
from tests.isolation.red_team.attacks import ATTACKS, BLOCKED
from tests.isolation.world import MakeWorld, World

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "docs" / "security" / "model.md"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gains_nothing(make_world: MakeWorld, attack: Attack) -> None:
    with make_world() as world, one_connection(world):
        assert gains(attack, world) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_without_its_counter_measure_it_gains_something(make_world: MakeWorld, attack: Attack) -> None:
    with make_world() as world, one_connection(world), weakened(attack, world):
        assert gains(attack, world) != []


@pytest.mark.parametrize(("statement", "state"), BLOCKED)
def test_postgresql_refuses_it_by_itself(world: World, statement: str, state: str) -> None:
    names = world.server.names
    filled = statement.replace("{owner}", names.owner).replace("{app}", names.app)
    with world.server.connect("app", world.database) as attacker, pytest.raises(psycopg.Error) as caught:
        attacker.execute(filled)
    assert caught.value.sqlstate == state


def test_a_context_in_the_options_of_a_connection_is_rejected(world: World) -> None:
    options = f"-c tenancy.context=v1.{world.b.id}..system.none"
    with (
        world.server.connect("app", world.database, options=options) as attacker,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="context rejected"),
    ):
        attacker.execute("SELECT * FROM customers")


def test_the_security_model_names_every_attack() -> None:
    described = MODEL.read_text()
    assert [attack.name for attack in ATTACKS if f"| {attack.name} |" not in described] == []


def test_what_the_security_model_names_is_there() -> None:
    described = MODEL.read_text()
    tests = {path.name for path in ROOT.glob("tests/**/test_*.py")}
    audits = {path.name[:4] for path in ROOT.glob("sql/audits/*.sql")}
    assert set(re.findall(r"test_\w+\.py", described)) - tests == set()
    assert set(re.findall(r"\b00\d\d\b", described)) - audits == set()
    folders = re.findall(r"`(tests/[\w/.]+)`", described)
    assert [folder for folder in folders if not (ROOT / folder).exists()] == []
