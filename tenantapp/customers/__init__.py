"""The tenant's customers."""
