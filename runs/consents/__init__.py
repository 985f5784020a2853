"""What a person allows a flow to do on their behalf."""
