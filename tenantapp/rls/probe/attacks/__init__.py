"""The attacks, in the order of the report's columns."""

from __future__ import annotations

from tenantapp.rls.probe.attacks import contexts, keys, permissions, reads, writes
from tenantapp.rls.probe.attacks.target import Attack, Target

ATTACKS = (*reads.ATTACKS, *writes.ATTACKS, *keys.ATTACKS, *contexts.ATTACKS, *permissions.ATTACKS)

__all__ = ["ATTACKS", "Attack", "Target"]
