"""The network side of the program: a gunicorn worker in which a slow client holds no thread."""
