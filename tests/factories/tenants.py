"""Tenants' own rows."""

from __future__ import annotations

import secrets
from uuid import uuid4

import factory

from tenantapp.tenants.models import Tenant


class TenantFactory(factory.Factory):
    """Makes a tenant's row; `create_tenant` also enters the tenant into the directory."""

    class Meta:
        model = Tenant

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    id = factory.LazyFunction(uuid4)
    name = factory.LazyAttribute(lambda tenant: f"Tenant {tenant.mark}")
    subdomain = factory.LazyAttribute(lambda tenant: f"t-{tenant.mark}")
    status = "active"
