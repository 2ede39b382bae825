"""Whether the program lives, and whether it may be sent requests."""
