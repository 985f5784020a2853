"""What an input schema asks for: validating a run's input, and the form that collects it."""

from flowlang.forms.validation import validate

__all__ = ["validate"]
