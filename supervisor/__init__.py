"""Starts and looks after every part of a site on one machine. Standard library only, and no Django."""
