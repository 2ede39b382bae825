"""Services."""

from __future__ import annotations

import secrets

import factory

from tenantapp.resources.services.models import Service


class ServiceFactory(factory.Factory):
    """Makes services that nobody else's resemble."""

    class Meta:
        model = Service

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    name = factory.LazyAttribute(lambda service: f"Service {service.mark}")
    description = factory.LazyAttribute(lambda service: f"What {service.mark} is for.")
    status = "operational"
