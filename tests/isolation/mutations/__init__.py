"""The mutations of the isolation, and the checks that must notice each."""

from __future__ import annotations

from tests.isolation.mutations import contexts, objects, policies, roles

MUTATIONS = (*policies.MUTATIONS, *roles.MUTATIONS, *contexts.MUTATIONS, *objects.MUTATIONS)
