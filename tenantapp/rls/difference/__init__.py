"""What is declared against what is live, kind by kind, as the operations that lie between."""
