"""Customers."""

from __future__ import annotations

import secrets

import factory

from tenantapp.resources.customers.models import Customer


class CustomerFactory(factory.Factory):
    """Makes customers that nobody else's resemble."""

    class Meta:
        model = Customer

    class Params:
        mark = factory.LazyFunction(lambda: secrets.token_hex(6))

    name = factory.LazyAttribute(lambda customer: f"Customer {customer.mark}")
    email = factory.LazyAttribute(lambda customer: f"{customer.mark}@customers.example")
    company = factory.LazyAttribute(lambda customer: f"Company {customer.mark}")
    phone = factory.LazyFunction(lambda: f"+49 {secrets.randbelow(10**12):012}")
    status = "active"
    tags = factory.LazyAttribute(lambda customer: [f"tag-{customer.mark}"])
    notes = factory.LazyAttribute(lambda customer: f"Notes on {customer.mark}.")
