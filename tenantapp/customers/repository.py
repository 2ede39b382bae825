"""Where customers are kept."""

from __future__ import annotations

from tenantapp.customers.models import Customer
from tenantapp.db.repository import Repository


class CustomerRepository(Repository[Customer]):
    """The tenant's customers."""

    model = Customer
