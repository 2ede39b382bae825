"""API keys as the API reads and shows them."""

from __future__ import annotations

from datetime import UTC, datetime

from marshmallow import ValidationError, fields, validate

from tenantapp.http.auto_field import auto_field
from tenantapp.http.fields import ShortList, each_once
from tenantapp.http.resource import ResourceSchema
from tenantapp.identity.api_keys.keys import SCOPES
from tenantapp.identity.api_keys.models import ApiKey


def _to_come(moment: datetime) -> None:
    if moment <= datetime.now(UTC):
        raise ValidationError("Must be in the future.")


class ApiKeySchema(ResourceSchema):
    """An API key, without its secret."""

    class Meta:
        model = ApiKey

    name = auto_field(metadata={"examples": ["Nightly import"]})
    prefix = auto_field(
        dump_only=True,
        metadata={"description": "What its token is known by.", "examples": ["k7m2qd9xw4ab"]},
    )
    scopes = ShortList(
        fields.String(validate=validate.OneOf(SCOPES)),
        least=1,
        most=len(SCOPES),
        then=[each_once],
        required=True,
        metadata={"uniqueItems": True},
    )
    expires_at = auto_field(
        validate=_to_come,
        metadata={
            "description": "When it ends; never where null.",
            "examples": ["2099-12-31T23:59:59+00:00"],
        },
    )
    last_used_at = auto_field(dump_only=True)
    revoked_at = auto_field(dump_only=True, metadata={"examples": [None]})


class IssuedApiKeySchema(ApiKeySchema):
    """An API key on the one occasion on which its token is shown."""

    token = fields.String(
        dump_only=True,
        metadata={
            "description": "What a request sends as its bearer token. It cannot be had again.",
            "examples": ["tk_k7m2qd9xw4ab_the-secret"],
        },
    )
