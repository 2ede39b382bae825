"""Who is asking: from a request to one tenant's context. Knows neither SQLAlchemy nor any resource."""
