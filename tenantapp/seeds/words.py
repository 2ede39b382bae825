"""What rows are put together from; addresses are of a domain that nobody has."""

from __future__ import annotations

from random import Random

FIRST = (
    *("Ada", "Bruno", "Chioma", "Dmitri", "Elena", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Kemal"),
    *("Lena", "Mateo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tove", "Uma", "Viktor"),
    *("Wanda", "Yusuf"),
)
LAST = (
    *("Albrecht", "Bianchi", "Castillo", "Dubois", "Eriksen", "Fonseca", "Grigoryan", "Haddad", "Ivanova"),
    *("Jensen", "Kowalski", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quispe", "Rossi"),
    *("Schmidt", "Tanaka", "Usman", "Vargas", "Weber", "Yilmaz", "Zhang"),
)
TRADES = ("Bakery", "Brewery", "Logistics", "Machines", "Optics", "Printing", "Shipping", "Textiles", "Works")
TAGS = ("fair", "key-account", "newsletter", "reseller", "trial")
NOTES = (
    "Prefers to be called.",
    "Met at the fair; wants an offer.",
    "Pays by invoice.",
    "Asked for a visit in spring.",
    None,
)
SYSTEMS = ("Checkout", "Search", "Billing", "Warehouse", "Mail", "Reports", "Login", "Shipping", "Catalogue")

# What fails, what is seen of it, what it is, where it comes from, and what is done about it.
FAULTS = (
    (
        "answers late",
        "One request in ten takes a minute.",
        "database",
        "An index was dropped by hand.",
        "Make the index again.",
    ),
    (
        "loses messages",
        "Some confirmations never arrive.",
        "queue",
        "A full disk, which nobody watched.",
        "Watch the disk, and tell before it is full.",
    ),
    (
        "refuses connections",
        "For two minutes each night nobody gets in.",
        "load balancer",
        "The certificate is renewed while it is in use.",
        "Renew it beside the one in use, then change over.",
    ),
    (
        "stops at noon",
        "The daily run ends half-way.",
        "server",
        "Two jobs ask for the same memory.",
        "Run one after the other.",
    ),
)
CHORES = (
    "Renew the certificate.",
    "Write down what the last outage cost.",
    "Restore a backup to see that it works.",
    "Ask the supplier for the new contract.",
    "Remove the accounts of those who have left.",
    "Order a second power supply.",
)


def person(random: Random) -> tuple[str, str]:
    """Return a first and a last name."""
    return random.choice(FIRST), random.choice(LAST)


def address(first: str, last: str, number: int) -> str:
    """Return an e-mail address that no other number has."""
    return f"{first}.{last}.{number}@{last}.example".lower()
