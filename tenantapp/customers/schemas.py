"""Customers as the API reads and writes them."""

from __future__ import annotations

from tenantapp.customers.models import STATUSES
from tenantapp.http.fields import Email, Tags, Text, Word
from tenantapp.http.resource import ResourceSchema


class CustomerSchema(ResourceSchema):
    """A customer."""

    name = Text(255, required=True, metadata={"examples": ["Ada Albrecht"]})
    email = Email(required=True, metadata={"examples": ["ada@albrecht.example"]})
    company = Text(255, allow_none=True, metadata={"examples": ["Albrecht & Daughters"]})
    phone = Text(50, allow_none=True, metadata={"examples": ["+49 30 901820"]})
    status = Word(STATUSES, "active")
    notes = Text(10_000, allow_none=True, metadata={"examples": ["Prefers to be called."]})
    tags = Tags(metadata={"examples": [["fair", "reseller"]]})
