"""A run as a file, and such a file opened."""
