"""What names, companies and services are put together from; addresses are of a domain that nobody has."""

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


def person(random: Random) -> tuple[str, str]:
    """Return a first and a last name."""
    return random.choice(FIRST), random.choice(LAST)


def address(first: str, last: str, number: int) -> str:
    """Return an e-mail address that no other number has."""
    return f"{first}.{last}.{number}@{last}.example".lower()
