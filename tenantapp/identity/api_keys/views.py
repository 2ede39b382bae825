"""The tenant's API keys over HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from tenantapp.db.session import db
from tenantapp.http.listing import Listing
from tenantapp.http.permissions import permission
from tenantapp.http.resource import Answered, ResourceBlueprint
from tenantapp.http.transactions import transaction
from tenantapp.identity.api_keys.keys import issue_key
from tenantapp.identity.api_keys.repository import ApiKeyRepository
from tenantapp.identity.api_keys.schemas import ApiKeySchema, IssuedApiKeySchema
from tenantapp.models.rows import values_of

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


@blueprint.route("/api-keys", methods=["POST"])
@permission("admin")
@transaction(repeatable=False)
@blueprint.arguments(ApiKeySchema)
@blueprint.etag
@blueprint.response(201, IssuedApiKeySchema)
def create_api_key(given: dict[str, Any]) -> Answered:
    """Create an API key and show its token, this once."""
    issued = issue_key(**given)
    row = ApiKeyRepository(db.session.connection()).add(issued.values)
    return SimpleNamespace(**values_of(row), token=issued.token), blueprint.location(row)


@blueprint.route("/api-keys/<uuid:item_id>", methods=["DELETE"])
@permission("admin")
@transaction
@blueprint.doc(summary="Revoke an API key")
@blueprint.response(204)
def revoke_api_key(item_id: UUID) -> None:
    """Revoke an API key: no transaction begins for it any more, in any process."""
    ApiKeyRepository(db.session.connection()).revoke(item_id)
