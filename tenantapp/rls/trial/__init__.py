"""A trial of a generated migration before it is written: there, back and there again, on a scratch database."""
