"""What can be wrong with who is asking."""

from __future__ import annotations

from tenantapp.http.problems import Problem


class CredentialRefused(Problem):
    """Raised when a request has no credential, or one that this tenant does not know. All look the same."""

    status = 401
    reason = "credential_refused"

    def __init__(self) -> None:
        super().__init__(
            "Send an API key of this tenant's as a bearer token.",
            headers={"WWW-Authenticate": 'Bearer realm="tenantapp"'},
        )


class PermissionRefused(Problem):
    """Raised when a known credential has not the scope that a route needs."""

    status = 403
    reason = "permission_refused"
