"""Many runs at once: started from a table, or chosen and acted on together."""
