"""What can be wrong with the question "which tenant is asking?"."""

from __future__ import annotations


class TenancyError(Exception):
    """Base of every refusal of this package.

    `status` is the HTTP status that answers it, `reason` the stable word by which it is logged and counted.
    """

    status = 500
    reason = "tenancy"


class HostRefused(TenancyError):
    """Raised when the Host is neither the base domain nor exactly one label before it."""

    status = 400
    reason = "host_refused"


class TenantHeaderRefused(TenancyError):
    """Raised when the tenant header is repeated, is not a DNS label, or contradicts the Host."""

    status = 400
    reason = "tenant_header_refused"


class TenantRequired(TenancyError):
    """Raised when a tenant's route is asked for and neither Host nor header names a tenant."""

    status = 400
    reason = "tenant_required"


class TenantNotFound(TenancyError):
    """Raised when no live tenant has the subdomain: unknown and archived look the same."""

    status = 404
    reason = "tenant_not_found"


class TenantGone(TenantNotFound):
    """Raised when the tenant's database has no such tenant, whatever the directory's cache remembers."""


class TenantSuspended(TenancyError):
    """Raised when the tenant exists and may not be served now."""

    status = 403
    reason = "tenant_suspended"


class CredentialsChanged(TenancyError):
    """Raised when the tenant's credentials have changed since the one that acts was looked up."""

    status = 503
    reason = "credentials_changed"


class MissingTenantContext(TenancyError):
    """Raised when rows are reached for and no tenant context is open: nothing was sent to the database."""

    reason = "missing_context"


class TenantContextAlreadyOpen(TenancyError):
    """Raised when a second tenant context is opened inside one that is still open."""

    reason = "context_already_open"


class InvalidTenantContext(TenancyError):
    """Raised when a part of a tenant context could not be carried to PostgreSQL unchanged."""

    reason = "invalid_context"
