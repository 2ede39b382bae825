"""Services and their deployments."""

from __future__ import annotations

import secrets
from uuid import uuid4

import factory

from tenantapp.services.models import Deployment, Service


class ServiceFactory(factory.Factory):
    """Makes services that nobody else's resemble."""

    class Meta:
        model = Service

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    name = factory.LazyAttribute(lambda service: f"Service {service.mark}")
    description = factory.LazyAttribute(lambda service: f"What {service.mark} is for.")
    status = "operational"


class DeploymentFactory(factory.Factory):
    """Makes deployments, of a service that a test names."""

    class Meta:
        model = Deployment

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    service_id = factory.LazyFunction(uuid4)
    version = factory.LazyAttribute(lambda deployment: f"1.0-{deployment.mark}")
    environment = "staging"
    status = "pending"
    notes = factory.LazyAttribute(lambda deployment: f"Notes on {deployment.mark}.")
