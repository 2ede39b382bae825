"""Rehearses a generated migration before it is written: up, down, up again, on a scratch database."""
