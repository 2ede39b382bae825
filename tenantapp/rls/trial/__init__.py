"""A trial of a generated migration before it is written: there, back, there again, on a scratch database."""
