"""What runs ask people, and the inbox where they answer."""
