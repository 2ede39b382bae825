"""What every endpoint shares: problems, request ids, and the API they are documented in."""
