"""The visits of a run's states, folded from its events, and what is told of each."""
