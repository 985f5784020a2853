"""Sources of functions, written inside tests."""

import textwrap


def source(text: str) -> str:
    """Return `text` as a module's source."""
    return textwrap.dedent(text)
