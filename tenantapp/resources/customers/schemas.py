"""Customers as the API reads and writes them."""

from __future__ import annotations

from tenantapp.http.auto_field import auto_field
from tenantapp.http.resource import ResourceSchema
from tenantapp.resources.customers.models import Customer


class CustomerSchema(ResourceSchema):
    """A customer."""

    class Meta:
        model = Customer

    name = auto_field(metadata={"examples": ["Ada Albrecht"]})
    email = auto_field(metadata={"examples": ["ada@albrecht.example"]})
    company = auto_field(metadata={"examples": ["Albrecht & Daughters"]})
    phone = auto_field(metadata={"examples": ["+49 30 901820"]})
    status = auto_field()
    notes = auto_field(metadata={"examples": ["Prefers to be called."]})
    tags = auto_field(metadata={"examples": [["fair", "reseller"]]})
