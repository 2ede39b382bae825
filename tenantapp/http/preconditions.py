"""If-Match: a write that is based on one version must not change another (RFC 9110 13.1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import request

from tenantapp.http.declarations import declare, declared_by
from tenantapp.http.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])

_HEEDS = "_heeds_if_match"
_VERSION = re.compile(r"[1-9][0-9]{0,8}\Z")


class PreconditionRequired(Problem):
    """Raised when a write must say which version it is based on, and does not."""

    status = 428
    reason = "precondition_required"


class PreconditionRefused(Problem):
    """Raised when If-Match names a version where none is looked at: who sent it relies on it."""

    reason = "precondition_refused"


def expected_versions(*, required: bool = False) -> frozenset[int] | None:
    """Return the versions that If-Match names, or None where any will do.

    Args:
        required: whether the request must name one.

    Raises:
        PreconditionRequired: it must, and does not.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        if required:
            raise PreconditionRequired("Send the ETag of what you read as If-Match.")
        return None
    if request.if_match.star_tag:
        return None
    # A tag that is none of ours matches no version; werkzeug reads an empty one as None.
    return frozenset(int(tag) for tag in request.if_match if _VERSION.match(tag or ""))


def looks_at_versions(view: View) -> View:
    """Declare that a view looks at what If-Match names, by `expected_versions`."""
    return declare(_HEEDS, True)(view)


def heeds_version(view: Callable[..., Any], method: str) -> bool:
    """Tell whether a view looks at If-Match: by its own declaration, or by flask-smorest's `etag`."""
    notes = declared_by(view, method, "_apidoc") or {}
    return bool(notes.get("etag") or declared_by(view, method, _HEEDS))


def refuse_unheeded_version() -> None:
    """Refuse a request whose If-Match names a version, where the view looks at none. `*` names none.

    Raises:
        PreconditionRefused: it does.
    """
    if expected_versions() is not None:
        raise PreconditionRefused("If-Match: this operation looks at no version; send it without.")
