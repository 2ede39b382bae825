"""Whoever can run any SQL as the application's role, inside tenant A's transaction."""
