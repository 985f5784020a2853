"""The start page: its form, what fills it, and what it keeps."""
