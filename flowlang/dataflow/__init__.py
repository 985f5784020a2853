"""What is known of the run data at each state before anything runs: who reads what is not there."""
