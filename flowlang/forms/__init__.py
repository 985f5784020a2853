"""What an input schema asks for: validating a run's input, and the form that collects it.

validate  is this input right?                     explain  the same, in words for whoever fills the form in
draw      the form, as a tree to be shown          read     the input that a posted form means
defaults  what the form begins with                apply    what the form's own buttons do
"""

from flowlang.forms.actions import apply
from flowlang.forms.defaults import defaults
from flowlang.forms.draft import Draft, is_object
from flowlang.forms.draw import draw, fields
from flowlang.forms.field import Field, Option, State, only, shape, walk
from flowlang.forms.origins import with_origins
from flowlang.forms.reading import read, read_draft
from flowlang.forms.validation import UnusableSchema, check_schema, validate
from flowlang.forms.words import explain

__all__ = [
    "Draft",
    "Field",
    "Option",
    "State",
    "UnusableSchema",
    "apply",
    "check_schema",
    "defaults",
    "draw",
    "explain",
    "fields",
    "is_object",
    "only",
    "read",
    "read_draft",
    "shape",
    "validate",
    "walk",
    "with_origins",
]
