"""If-Match: a write that is based on one version must not change another (RFC 9110 13.1.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request
from flask_smorest.utils import get_appcontext

from tenantapp.http.problems import Problem

_READS = ("GET", "HEAD")
_VERSION = re.compile(r"[1-9][0-9]{0,8}\Z")


class PreconditionRequired(Problem):
    """Raised when a write must say which version it is based on, and does not."""

    status = 428
    reason = "precondition_required"


class PreconditionRefused(Problem):
    """Raised when If-Match names a version where none is looked at: who sent it relies on it."""

    reason = "precondition_refused"


def heeds_version(notes: Mapping[str, Any], method: str) -> bool:
    """Tell whether a view looks at If-Match: one with flask-smorest's `etag` that changes what is there.

    Args:
        notes: what its decorators have noted.
        method: the HTTP method that it serves.
    """
    creates = 201 in notes.get("success_status_codes", ())
    return bool(notes.get("etag")) and method not in _READS and not creates


def expected_versions() -> frozenset[int] | None:
    """Return the versions that If-Match names, or None where any will do; for a view with `etag`."""
    if "HTTP_IF_MATCH" not in request.environ:
        return None
    get_appcontext().setdefault("etag", {})["etag_checked"] = True
    if request.if_match.star_tag:
        return None
    # A tag that is none of ours matches no version; werkzeug reads an empty one as None.
    return frozenset(int(tag) for tag in request.if_match if _VERSION.match(tag or ""))


def refuse_unheeded_version() -> None:
    """Refuse a request whose If-Match names a version, where the view looks at none. `*` names none.

    Raises:
        PreconditionRefused: it does.
    """
    if expected_versions() is not None:
        raise PreconditionRefused("If-Match: this operation looks at no version; send it without.")
