"""The API as a document."""
