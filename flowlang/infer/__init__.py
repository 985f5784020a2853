"""What a definition needs and has: the input schema that it asks for, the run data at each of its states."""

from flowlang.infer.merge import Addition, merged
from flowlang.infer.places import Place, data_at
from flowlang.infer.schema import input_schema

__all__ = ["Addition", "Place", "data_at", "input_schema", "merged"]
