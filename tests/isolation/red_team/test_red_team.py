"""Each attack gains nothing; without its counter-measure it gains something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.isolation.conftest import MakeWorld
from tests.isolation.red_team.attack import Attack, gains, one_connection, weakened
from tests.isolation.red_team.attacks import ATTACKS

MODEL = Path(__file__).parents[3] / "docs" / "security" / "model.md"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gains_nothing(make_world: MakeWorld, attack: Attack) -> None:
    with make_world() as world, one_connection(world):
        assert gains(attack, world) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_without_its_counter_measure_it_gains_something(make_world: MakeWorld, attack: Attack) -> None:
    with make_world() as world, one_connection(world), weakened(attack, world):
        assert gains(attack, world) != []


def test_the_security_model_names_every_attack() -> None:
    described = MODEL.read_text()
    assert [attack.name for attack in ATTACKS if f"| {attack.name} |" not in described] == []
