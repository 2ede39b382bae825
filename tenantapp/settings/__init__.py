"""What the program is told from outside: keys of the environment, checked all at once."""
