"""The attacks, in the order of the report's columns."""

from __future__ import annotations

from tenantapp.rls.probe.attacks import contexts, keys, permissions, reads, writes
from tenantapp.rls.probe.attacks.target import Attack, Target

GROUPS = {
    "Reading": reads.ATTACKS,
    "Writing": writes.ATTACKS,
    "Keys": keys.ATTACKS,
    "Context": contexts.ATTACKS,
    "Privileges": permissions.ATTACKS,
}
"""The attacks on tables, by kind."""

ATTACKS = tuple(attack for attacks in GROUPS.values() for attack in attacks)

__all__ = ["ATTACKS", "GROUPS", "Attack", "Target"]
