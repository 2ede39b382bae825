"""Plausible rows to look at, to test and to measure with: a file a domain, with `run(session, options)`."""
