"""Each way in which isolation gets lost is noticed; what is healthy is not taken for one."""

from __future__ import annotations

import pytest

from tests.isolation.checks import CHECKS, Check, keys, reads, structure
from tests.isolation.mutation import Mutation, applied
from tests.isolation.mutations import MUTATIONS
from tests.isolation.mutations.objects import COMPOSITE_REFERENCE
from tests.isolation.world import MakeWorld, World


def fails(check: Check, world: World) -> bool:
    try:
        check(world)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_is_noticed(make_world: MakeWorld, mutation: Mutation) -> None:
    with make_world(app_role=mutation.app_role) as world, applied(mutation, world):
        missed = [check.__name__ for check in mutation.noticed_by if not fails(check, world)]
    assert missed == []


def test_every_check_notices_some_mutation() -> None:
    noticing = {check for mutation in MUTATIONS for check in mutation.noticed_by}
    assert {check.__name__ for check in CHECKS} - {check.__name__ for check in noticing} == set()


def test_the_fence_withstands_a_careless_second_policy(make_world: MakeWorld) -> None:
    careless = next(m for m in MUTATIONS if m.name == "a careless second policy with the fence in place")
    with make_world() as world, applied(careless, world):
        assert [check.__name__ for check in CHECKS if fails(check, world)] == [
            structure.each_table_has_its_policy_and_its_fence_alone.__name__
        ]


def test_a_composite_foreign_key_refuses_bs_row_like_one_of_nobody(make_world: MakeWorld) -> None:
    composite = Mutation("a composite foreign key", (), COMPOSITE_REFERENCE)
    with make_world() as world, applied(composite, world):
        keys.a_reference_to_bs_row_is_refused_like_one_to_nothing(world)
        structure.every_reference_between_tenants_tables_holds_the_tenant(world)
        reads.no_readable_relation_shows_b(world)
