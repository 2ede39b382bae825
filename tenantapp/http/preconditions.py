"""If-Match: a write that is based on one version must not change another (RFC 9110 13.1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import g, has_app_context, request
from flask_smorest.utils import get_appcontext
from sqlalchemy import event
from sqlalchemy.orm import Session

from tenantapp.db.session import TenantSession
from tenantapp.http.problems import Problem

_READS = ("GET", "HEAD")
_DUE = "_version_is_to_be_looked_at"
_CHECKED = "etag_checked"
_VERSION = re.compile(r"[1-9][0-9]{0,8}\Z")


class PreconditionRequired(Problem):
    """Raised when a write must say which version it is based on, and does not."""

    status = 428
    reason = "precondition_required"


class PreconditionRefused(Problem):
    """Raised when If-Match names a version and the view looks at none: who sent it relies on it."""

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
    _notes()[_CHECKED] = True
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
        raise _refused()


def heeding_version(dispatch: Callable[[], Any]) -> Any:
    """Return what a view answers that was sent an If-Match, and looks at it before it commits or returns.

    Args:
        dispatch: runs the view, which calls flask-smorest's `check_etag` or `expected_versions`.

    Raises:
        PreconditionRefused: it has not; what it did is rolled back.
    """
    if request.if_match.star_tag:
        return dispatch()
    _notes()[_CHECKED] = False
    setattr(g, _DUE, True)
    try:
        answer = dispatch()
        _require_looked_at()
        return answer
    finally:
        g.pop(_DUE)


@event.listens_for(TenantSession, "before_commit")
def _look_before_committing(session: Session) -> None:
    if has_app_context() and _DUE in g and not session.in_nested_transaction():
        _require_looked_at()


def _require_looked_at() -> None:
    if not _notes().get(_CHECKED):
        raise _refused()


def _refused() -> PreconditionRefused:
    return PreconditionRefused("If-Match: this operation looks at no version; send it without.")


def _notes() -> dict[str, Any]:
    """Return where flask-smorest, too, notes that the version was looked at."""
    notes: dict[str, Any] = get_appcontext().setdefault("etag", {})
    return notes
