"""A run's log: its pages, its search, its files."""
