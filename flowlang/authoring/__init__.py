"""What an editor can know of a flow that is being written: pure answers about a text and a cursor in it."""
