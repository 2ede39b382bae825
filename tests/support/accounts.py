"""A resolver of one's own: the tenant is the account that a header names, whatever the host."""

from __future__ import annotations

from typing import Self

from tenantapp.settings.load import Settings
from tenantapp.tenancy.errors import TenantRequired
from tenantapp.tenancy.resolver import ReadHeader


class AccountResolver:
    """Takes `X-Account: account/<subdomain>`."""

    @classmethod
    def of(cls, _settings: Settings) -> Self:
        """Return one; it asks for no setting."""
        return cls()

    def resolve(self, _host: str | None, header: ReadHeader) -> str:
        """Return what follows the prefix."""
        account = header("X-Account") or ""
        if not account.startswith("account/"):
            raise TenantRequired("Name the account in X-Account.")
        return account.removeprefix("account/")
