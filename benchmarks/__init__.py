"""What is claimed about speed and size, as scripts that print ratios."""
