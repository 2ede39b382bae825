"""What is seeded: a profile, and what the environment says otherwise."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow.validate import Email, Range

from tenantapp.settings.environment import SettingsError, read, setting


@dataclass(frozen=True, slots=True)
class Options:
    """How much is seeded.

    Args:
        prefix: what the tenants' subdomains begin with, where they are numbered.
        tenants: how many tenants.
        users: how many users each of them has.
        customers: how many customers.
        services: how many services.
        rcas: how many root cause analyses.
        todos: how many todos.
        random_seed: what decides which; the same one gives the same rows.
        user_email: the address of each tenant's first user; by default after its subdomain.
        named: subdomain and name of the first tenants.
        copied: whether customers are copied, and no keys issued: for many rows.
        subdomain: the tenant that is being seeded.
    """

    prefix: str
    tenants: int
    users: int
    customers: int
    services: int
    rcas: int
    todos: int
    random_seed: int = 1
    user_email: str | None = None
    named: tuple[tuple[str, str], ...] = ()
    copied: bool = False
    subdomain: str = ""

    def names(self) -> list[tuple[str, str]]:
        """Return subdomain and name of each tenant."""
        numbered = [(f"{self.prefix}-{n}", f"{self.prefix.title()} {n}") for n in range(1, self.tenants + 1)]
        return [*self.named, *numbered[len(self.named) :]][: self.tenants]

    def of(self, subdomain: str) -> Options:
        """Return the options for one tenant."""
        return replace(self, subdomain=subdomain)

    def random(self, domain: str) -> random.Random:
        """Return what chooses the rows of a domain, whatever other domains choose."""
        return random.Random(f"{self.random_seed}/{self.subdomain}/{domain}")  # noqa: S311 - no secret


_NAMED = (("acme", "Acme Industrial Supply"), ("globex", "Globex Facility Services"))
PROFILES = {
    "demo": Options("demo", tenants=2, users=4, customers=30, services=4, rcas=5, todos=8, named=_NAMED),
    "dev": Options("dev", tenants=3, users=12, customers=300, services=12, rcas=20, todos=60),
    "test": Options("test", tenants=2, users=2, customers=5, services=2, rcas=2, todos=3),
    "bench": Options(
        "bench", tenants=1000, users=0, customers=1000, services=0, rcas=0, todos=0, copied=True
    ),
}


def _count(of_what: str, most: int, least: int = 0) -> Any:
    expects = f"how many {of_what}, from {least} to {most}"
    return setting("int", expects, default=None, validate=Range(least, most))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overrides:
    seed_tenants: int | None = _count("tenants", 100_000, 1)
    seed_users: int | None = _count("users each", 100_000)
    seed_customers: int | None = _count("customers each", 10_000_000)
    seed_services: int | None = _count("services each", 100_000)
    seed_rcas: int | None = _count("root cause analyses each", 100_000)
    seed_todos: int | None = _count("todos each", 100_000)
    seed_random_seed: int | None = setting("int", "a whole number", default=None)
    seed_user_email: str | None = setting(
        "str", "the e-mail address of each tenant's first user", default=None, validate=Email()
    )


def options_of(profile: str, environ: Mapping[str, str] | None = None) -> Options:
    """Return a profile's options, with what the environment says otherwise.

    Args:
        profile: one of PROFILES.
        environ: the environment; the process's own by default.

    Raises:
        SettingsError: a key is wrong; it holds all problems.
    """
    given = {key: value for key, value in (os.environ if environ is None else environ).items() if value}
    values, problems = read(_Overrides, given, "development")
    if problems:
        raise SettingsError(problems)
    told = {key.removeprefix("seed_"): value for key, value in values.items() if value is not None}
    return replace(PROFILES[profile], **told)
