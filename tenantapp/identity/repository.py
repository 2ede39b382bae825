"""Where API keys are kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, func

from tenantapp.db.repository import Repository
from tenantapp.identity.models import ApiKey


class ApiKeyRepository(Repository):
    """The tenant's API keys, revoked ones too."""

    model = ApiKey

    def revoke(self, row_id: UUID) -> Row[Any]:
        """Revoke a key and return it; one that is revoked stays so from then.

        Raises:
            RowNotFound: there is no such key.
        """
        return self.change(row_id, {"revoked_at": func.coalesce(ApiKey.revoked_at, func.now())})
