"""What can be wrong on the operator's side."""

from __future__ import annotations


class OperatorError(Exception):
    """Base of what a command refuses; its text is one line for the operator."""


class PreparationError(OperatorError):
    """Raised when roles cannot be created or a database cannot be prepared at all."""


class SubdomainRefused(OperatorError):
    """Raised when a subdomain is no DNS label, or is kept for the service itself."""


class TenantExists(OperatorError):
    """Raised when a tenant is created whose subdomain another one has."""


class UnknownTenant(OperatorError):
    """Raised when no tenant has the subdomain."""


class ContextKeyRefused(OperatorError):
    """Raised when a context key cannot be installed, rotated or retired as things are."""


class UnknownKey(OperatorError):
    """Raised when a tenant has no such API key."""


class WatchdogBlind(OperatorError):
    """Raised when the watchdog would not see what takes too long, or may not end it."""
