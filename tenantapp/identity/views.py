"""The tenant's API keys over HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from tenantapp.db.rows import values_of
from tenantapp.http.endpoints import Created
from tenantapp.http.listing import Listing
from tenantapp.http.resource import ITEM, ResourceBlueprint
from tenantapp.identity.keys import issue_key
from tenantapp.identity.repository import ApiKeyRepository
from tenantapp.identity.schemas import ApiKeySchema, IssuedApiKeySchema

blueprint = ResourceBlueprint(
    "api_keys",
    __name__,
    repository=ApiKeyRepository,
    schema=ApiKeySchema,
    listing=Listing(),
    read="admin",
    write="admin",
    one="an API key",
    many="API keys",
    description="The keys that programs act for the tenant with",
)
blueprint.serve("list", "get")


@blueprint.writes(
    "", takes=ApiKeySchema(), answers=IssuedApiKeySchema, status=201, permission="admin", repeatable=False
)
def create_api_key(connection: Connection, given: dict[str, Any]) -> Created:
    """Create an API key and show its token, this once."""
    issued = issue_key(**given)
    row = ApiKeyRepository(connection).add(issued.values)
    return blueprint.created(SimpleNamespace(**values_of(row), token=issued.token))


@blueprint.writes(ITEM, "DELETE", status=204, permission="admin", summary="Revoke an API key")
def revoke_api_key(connection: Connection, item_id: UUID) -> None:
    """Revoke an API key: no transaction begins for it any more, in any process."""
    ApiKeyRepository(connection).revoke(item_id)
