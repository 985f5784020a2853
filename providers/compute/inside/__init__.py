"""What runs in the child, beside or around a person's function: the standard library only, and no Django."""
