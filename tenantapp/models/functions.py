"""The functions that the schema consists of: `sql/functions/` holds them, migrations create them."""

from __future__ import annotations

from dataclasses import dataclass

EVERYONE = ("owner", "app", "platform")


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Args:
        signature: schema, name and argument types.
        version: which version of its file is the current one.
        execute: the roles that may call it.
        owner: whose rights it has, where it is SECURITY DEFINER; otherwise it is the owner's.
    """

    signature: str
    version: int
    execute: tuple[str, ...]
    owner: str | None = None

    @property
    def name(self) -> str:
        """The name alone."""
        return function_name(self.signature)


def function_name(signature: str) -> str:
    """Return the name alone of a signature with schema and argument types."""
    return signature.partition("(")[0].rpartition(".")[2]


FUNCTIONS = (
    Function("tenancy.verified_context()", 1, EVERYONE, "sealer"),
    Function("tenancy.current_context()", 1, EVERYONE),
    Function("tenancy.plan_policies_first()", 1, EVERYONE),
    Function("tenancy.current_tenant_id()", 1, EVERYONE),
    Function("tenancy.current_actor_id()", 1, EVERYONE),
    Function("tenancy.current_actor_role()", 1, EVERYONE),
    Function("tenancy.bind(text)", 1, ("app", "platform")),
    Function("tenancy.bind_served(text,integer)", 1, ("app",)),
    Function("tenancy.find_tenant(text)", 1, ("app",), "directory"),
)
