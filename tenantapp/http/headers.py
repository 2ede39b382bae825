"""Headers of every answer: what a browser may do with it, and that no shared cache may give it to another."""

from __future__ import annotations

from collections.abc import Callable

from tenantapp.http.edge import Headers
from tenantapp.settings.load import Settings

CONTENT_SECURITY_POLICY = "Content-Security-Policy"
# What is the same for everybody says so; whatever does not is a tenant's.
REVALIDATED = {"Cache-Control": "public, no-cache"}

_SAFE = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_NOTHING_TO_SHOW = (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")
_PRIVATE = "private, no-cache"
# Not for subdomains: what else is served below the domain is not for us to say.
_ALWAYS_TLS = ("Strict-Transport-Security", "max-age=31536000")


def completion(settings: Settings) -> Callable[[Headers], Headers]:
    """Return what adds the headers to an answer's own; they are put together here, none at a request."""
    always = _SAFE + ((_ALWAYS_TLS,) if settings.app_env == "production" else ())
    origin = (("Vary", "Origin"),) if settings.cors_origins else ()
    vary = ", ".join(["Authorization", settings.tenant_header, *(value for _, value in origin)])
    of_a_tenant = (*always, ("Cache-Control", _PRIVATE), ("Vary", vary), _NOTHING_TO_SHOW)
    for_everybody = (*always, *origin)

    def complete(headers: Headers) -> Headers:
        names = {name for name, _ in headers}
        if "Cache-Control" not in names:
            return [*headers, *of_a_tenant]
        policy = () if CONTENT_SECURITY_POLICY in names else (_NOTHING_TO_SHOW,)
        return [*headers, *for_everybody, *policy]

    return complete
