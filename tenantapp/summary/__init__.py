"""How many rows the tenant has of each resource, by where they stand."""
