"""The list of runs, what is kept of searches in it, and what is done with chosen ones."""
