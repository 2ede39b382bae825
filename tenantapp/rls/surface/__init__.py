"""The closed world: what can be reached or acts by itself in a database, and what of it nobody declared."""
