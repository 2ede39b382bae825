"""Root cause analyses and their solutions."""

from __future__ import annotations

import secrets
from uuid import uuid4

import factory

from tenantapp.resources.rcas.models import Rca, RcaSolution


class RcaFactory(factory.Factory):
    """Makes analyses that nobody else's resemble."""

    class Meta:
        model = Rca

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    title = factory.LazyAttribute(lambda rca: f"Why {rca.mark} failed")
    issue_description = factory.LazyAttribute(lambda rca: f"What was seen of {rca.mark}.")
    equipment_type = factory.LazyAttribute(lambda rca: f"equipment {rca.mark}")
    root_cause = factory.LazyAttribute(lambda rca: f"What {rca.mark} came from.")


class RcaSolutionFactory(factory.Factory):
    """Makes solutions, of an analysis that a test names."""

    class Meta:
        model = RcaSolution

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    rca_id = factory.LazyFunction(uuid4)
    description = factory.LazyAttribute(lambda solution: f"What helps {solution.mark}.")
