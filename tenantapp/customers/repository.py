"""Where customers are kept."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tenantapp.customers.models import Customer
from tenantapp.db.repository import Repository


class CustomerRepository(Repository[Customer]):
    """The tenant's customers."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, Customer)
