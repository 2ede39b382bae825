"""What can be wrong with an audit itself."""

from __future__ import annotations


class AuditConfigurationError(Exception):
    """Raised when the project's configuration of the audit is wrong; its text names the key."""
