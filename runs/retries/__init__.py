"""A run that failed, tried again from where it did."""
