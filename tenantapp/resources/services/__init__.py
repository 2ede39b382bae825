"""The services that a tenant runs, and their deployments."""
