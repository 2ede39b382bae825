"""Where API keys are kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, update

from tenantapp.db.repository import Repository
from tenantapp.identity.api_keys.models import ApiKey
from tenantapp.identity.tenants.models import Tenant
from tenantapp.models.scoped import table_of

# Processes look up anew what they remember. It is no change of what the tenant's own row shows.
_CHANGED = update(table_of(Tenant)).values(
    credentials_version=Tenant.credentials_version + 1,
    updated_at=Tenant.updated_at,
    row_version=Tenant.row_version,
)


class ApiKeyRepository(Repository[ApiKey]):
    """The tenant's API keys, revoked ones too."""

    model = ApiKey

    def revoke(self, row_id: UUID) -> ApiKey:
        """Revoke a key and return it; one that is revoked stays so from then.

        Raises:
            RowNotFound: there is no such key.
        """
        revoked = self.change(row_id, {"revoked_at": func.coalesce(ApiKey.revoked_at, func.now())})
        self.connection.execute(_CHANGED)
        return revoked
