"""Which control each schema asks for, and what it says about itself."""

import json
import time
from typing import Any

import pytest

from flowlang.check import check_text
from flowlang.forms import Field, defaults, draw, fields, only, shape, walk


def one(schema: Any, value: Any = None, **more: Any) -> Field:
    """The field of `{"x": schema}`, drawn from {"x": value} or from nothing."""
    whole = {"type": "object", "properties": {"x": schema}, **more}
    return fields(whole, {} if value is None else {"x": value})[0]


@pytest.mark.parametrize(
    ("schema", "kind", "input_type"),
    [
        ({"type": "string"}, "text", "text"),
        ({"type": "string", "format": "email"}, "text", "email"),
        ({"type": "string", "format": "uri"}, "text", "url"),
        ({"type": "string", "format": "date"}, "text", "date"),
        ({"type": "string", "format": "color"}, "text", "colour"),
        ({"type": "string", "format": "uuid"}, "text", "text"),
        ({"type": "string", "format": "date-time"}, "moment", "datetime-local"),
        ({"type": "string", "format": "time"}, "moment", "time"),
        ({"type": "string", "format": "data-url"}, "file", "text"),
        ({"type": "string", "contentMediaType": "text/plain"}, "textarea", "text"),
        ({"type": "string", "maxLength": 500}, "textarea", "text"),
        ({"type": "number"}, "number", "decimal"),
        ({"type": "integer"}, "number", "numeric"),
        ({"type": "boolean"}, "boolean", "text"),
        ({"enum": ["a", "b"]}, "choice", "text"),
        ({"oneOf": [{"const": 1, "title": "One"}, {"const": 2}]}, "choice", "text"),
        ({"const": 5}, "const", "text"),
        ({"type": "null"}, "const", "text"),
        ({"type": "array", "items": {"type": "string"}}, "list", "text"),
        ({"type": "array", "uniqueItems": True, "items": {"enum": ["a"]}}, "choices", "text"),
        ({"type": "object", "properties": {"a": {}}}, "object", "text"),
        ({"type": "object"}, "object", "text"),
        ({"type": ["string", "null"]}, "variant", "text"),
        ({"anyOf": [{"type": "string"}, {"type": "object"}]}, "variant", "text"),
        ({}, "variant", "text"),
        ({"properties": {"a": {}}}, "object", "text"),
        ({"minLength": 3}, "text", "text"),
        ({"type": "object", "format": "globus-principal"}, "principal", "text"),
        ({"type": "object", "format": "globus-collection"}, "object", "text"),
        ({"type": "object", "format": "globus-collection", "properties": {"id": {}}}, "collection", "text"),
        ({"type": "string", "format": "globus-compute-endpoint"}, "text", "text"),
        ({"$ref": "#/definitions/a"}, "variant", "text"),
    ],
)
def test_the_control_follows_the_schema(schema: Any, kind: str, input_type: str):
    drawn = one(schema)
    assert (drawn.kind, drawn.input_type) == (kind, input_type)


def test_title_and_help_come_from_the_schema_and_the_name_stands_in():
    assert (one({"title": "A name", "description": "What it is"}).title) == "A name"
    assert one({"title": " "}).title == "x"
    assert one({"description": "What it is"}).help == "What it is"


def test_the_order_is_that_of_property_order_then_of_the_keys():
    schema = {"properties": {"a": {}, "b": {}, "c": {}}, "propertyOrder": ["c", "none", [], "a"]}
    assert [field.key for field in fields(schema, {})] == ["c", "a", "b"]


def test_a_local_reference_is_followed_and_its_title_here_wins():
    schema = {
        "definitions": {"n": {"type": "integer", "title": "N"}},
        "properties": {"x": {"$ref": "#/definitions/n", "title": "How many"}},
    }
    drawn = fields(schema, {})[0]
    assert (drawn.kind, drawn.title) == ("number", "How many")


def test_all_of_is_merged():
    schema = {"allOf": [{"properties": {"a": {"type": "string"}}}, {"required": ["a"]}], "type": "object"}
    drawn = fields(schema, {})[0]
    assert (drawn.key, drawn.required) == ("a", True)


def test_defaults_fill_the_form_at_every_depth():
    schema = {
        "properties": {
            "mode": {"default": "safe", "type": "string"},
            "options": {"type": "object", "properties": {"retries": {"type": "integer", "default": 2}}},
            "none": {"type": "string"},
        }
    }
    assert defaults(schema) == {"mode": "safe", "options": {"retries": 2}}


def test_a_default_of_a_group_wins_over_those_of_its_members():
    schema = {
        "properties": {
            "g": {
                "type": "object",
                "default": {"a": 1},
                "properties": {"a": {"default": 5}, "b": {"default": 6}},
            }
        }
    }
    assert defaults(schema) == {"g": {"a": 1, "b": 6}}


def test_a_required_list_begins_with_as_many_rows_as_it_needs():
    schema = {"required": ["x"], "properties": {"x": {"items": {"type": "string"}, "minItems": 2}}}
    assert len(fields(schema, defaults(schema))[0].children) == 2


def test_a_value_that_the_control_cannot_hold_is_shown_as_json():
    assert one({"type": "string"}, {"a": 1}).kind == "json"
    assert one({"enum": ["a"]}, "b").kind == "json"
    assert one({"type": "string"}, "bell\x07").kind == "json"
    assert one({"type": "object"}, [1]).kind == "json"
    assert one({"const": 1}, 2).kind == "json"


def test_a_text_of_several_lines_gets_several_lines():
    assert one({"type": "string"}, "a\nb").kind == "textarea"


def test_a_moment_with_more_than_seconds_stays_as_it_was_written():
    assert one({"type": "string", "format": "date-time"}, "2026-03-01T09:30:00.5Z").kind == "text"
    moment = one({"type": "string", "format": "date-time"}, "2026-03-01T09:30:00+02:00")
    assert (moment.text, moment.detail) == ("2026-03-01T09:30:00", "+02:00")


def test_problems_are_shown_at_their_field():
    schema = {"properties": {"x": {"properties": {"y": {"type": "string"}}}}}
    drawn = draw(schema, {"x": {"y": 1}}, [{"loc": ["$.x.y"], "msg": "Not so."}])
    assert [field.errors for field in walk((drawn,)) if field.key == "y"] == [("Not so.",)]


def test_problems_inside_a_json_editor_are_shown_at_it():
    schema = {"properties": {"x": {"type": "string"}}}
    drawn = draw(schema, {"x": {"y": 1}}, [{"loc": ["$.x.y"], "msg": "Not so."}])
    assert drawn.children[0].errors == ("Not so.",)


def test_hints_say_which_values_are_taken():
    assert one({"type": "integer", "minimum": 1, "maximum": 5}).hints == ("1 to 5",)
    assert one({"type": "string", "minLength": 36, "maxLength": 36}).hints == ("36 characters",)
    assert one({"type": "number", "multipleOf": 5}).hints == ("a multiple of 5",)
    assert one({"type": "array", "maxItems": 5}).hints == ("at most 5",)


def test_variants_are_named_by_title_constant_type_or_members():
    branches = [
        {"title": "By mail", "type": "object"},
        {"type": "object", "properties": {"kind": {"const": "sms"}}},
        {"type": "integer"},
        {"type": "object", "required": ["a", "b"]},
    ]
    drawn = one({"oneOf": branches}, required=["x"])
    assert [option.title for option in drawn.options] == ["By mail", "sms", "Whole number", "a, b"]


def test_the_variant_that_fits_the_value_shows():
    branches = [{"type": "object", "properties": {"kind": {"const": kind}, "n": {}}} for kind in ("a", "b")]
    drawn = one({"oneOf": branches}, {"kind": "b"})
    assert [option.value for option in drawn.options if option.is_chosen] == ["1"]


def test_an_optional_variant_of_groups_may_be_left_out():
    drawn = one({"oneOf": [{"type": "object"}, {"type": "string"}]})
    assert (drawn.options[0].title, drawn.options[0].is_chosen) == ("Not given", True)


def test_branches_that_only_restrict_make_no_variants():
    schema = {
        "type": "object",
        "properties": {"a": {}, "b": {}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    }
    assert one(schema).kind == "object"


def test_unknown_members_are_shown_so_that_they_are_not_lost():
    drawn = one({"type": "object", "properties": {"a": {}}}, {"a": 1, "b": 2})
    assert [field.typed for field in drawn.entries] == ["b"]


def test_members_may_be_added_wherever_they_are_allowed():
    known = {"properties": {"a": {}}}
    assert [
        (made.can_add, made.detail) for made in (one(known), one({**known, "additionalProperties": {}}))
    ] == [
        (True, "quiet"),
        (True, ""),
    ]
    assert not one({**known, "additionalProperties": False}).can_add


def test_a_tree_grows_only_where_it_has_values():
    schema = {"properties": {"name": {"type": "string"}, "left": {"$ref": "#"}}}
    drawn = fields(schema, {"left": {"name": "a"}})
    assert [field.kind for field in walk(drawn)] == ["text", "object", "text", "omitted"]


def test_pickers_help_with_ids():
    text = {"type": "string"}
    names = {"validation_function_uuid": text, "endpoint_id": {**text, "title": "Compute endpoint ID"}}
    schema = {"properties": {"f": {**text, "format": "globus-compute-endpoint"}, **names}}
    assert [field.picker for field in fields(schema, {})] == ["endpoint", "function", "endpoint"]
    titled = {"type": "string", "format": "uuid", "title": "Search index"}
    assert [field.picker for field in fields({"properties": {"index": titled}}, {})] == ["index"]
    assert [field.picker for field in fields({"properties": {"index": text}}, {})] == [""]


@pytest.mark.parametrize("name", ["globus-compute-function", "globus-search-index", "globus-flow"])
def test_the_formats_of_our_own_pickers_are_known(name: str):
    schema = {"type": "object", "properties": {"it": {"type": "string", "format": name}}}
    flow = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    found = check_text(json.dumps(flow), json.dumps(schema)).problems
    assert [problem.code for problem in found if "format" in problem.code] == []


def test_a_schema_that_is_no_object_becomes_one_json_editor():
    assert draw({"type": "array"}, {}).kind == "json"


def test_a_field_has_an_id_that_a_style_sheet_can_name():
    schema = {"properties": {"a": {"properties": {"b": {}, "ü/~#": {}}}, "a/b": {}}}
    ids = [field.id for field in walk(fields(schema, {}))]
    assert "f-a-b" in ids
    assert len(ids) == len(set(ids))


BIG = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(5_000)}}
WIDE = {"properties": {"x": {"type": "array", "items": {"type": "string"}}}}
MUTUAL = {
    "definitions": {
        "a": {"allOf": [{"$ref": "#/definitions/b"}]},
        "b": {"oneOf": [{"$ref": "#/definitions/a"}]},
    },
    "properties": {"x": {"$ref": "#/definitions/a"}},
}
DOUBLING = {
    "definitions": {**{f"a{n}": {"allOf": [{"$ref": f"#/definitions/a{n + 1}"}] * 2} for n in range(40)}},
    "properties": {"x": {"$ref": "#/definitions/a0"}},
}
REQUIRED_TREE = {"type": "object", "required": ["x"], "properties": {"x": {"$ref": "#"}}}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (BIG, {}),
        (WIDE, {"x": ["a"] * 5_000}),
        (MUTUAL, {}),
        (DOUBLING, {}),
        (REQUIRED_TREE, {}),
        ({"$ref": "#"}, {}),
        ({"properties": {"x": {"enum": [f"v{n}" for n in range(100_000)]}}}, {}),
        ({"properties": {"x": {"oneOf": [{"$ref": "#/properties/x"}, {"type": "string"}]}}}, {"x": "a"}),
        ({"properties": {"__proto__": {"type": "string"}, "constructor": {"type": "object"}}}, {}),
        ({"$ref": "http://127.0.0.1:9/x"}, {}),
        ({"allOf": [{"propertyOrder": [{}]}], "properties": {"x": {}}}, {}),
        ({"properties": {"x": {"$ref": f"#/allOf/{'9' * 5_000}"}}, "allOf": [{}]}, {}),
        ({"properties": {"x": {"$ref": "file:///etc/hostname"}}}, {"x": "a"}),
        (True, {"x": json.loads("[" * 40 + "]" * 40)}),
        (False, {}),
        ({"properties": {"x": {"type": "array", "minItems": 1e9}}, "required": ["x"]}, {}),
        ({"properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}}, {"x": "a" * 40 + "!"}),
    ],
)
def test_a_hostile_schema_is_drawn_within_bounds(schema: Any, value: Any):
    began = time.perf_counter()
    drawn = list(walk((draw(schema, value or defaults(schema)),)))
    assert time.perf_counter() - began < 0.5
    assert 1 <= len(drawn) <= 700


TREE = {
    "properties": {
        "a": {"type": "object", "properties": {"b": {"type": "array", "items": {"type": "string"}}, "c": {}}},
        "d": {"type": "string"},
    }
}


def test_a_part_of_a_tree_is_cut_out_with_what_it_stands_in():
    part = only(draw(TREE, {"a": {"b": ["x", "y"]}}), "f-a-b")
    assert part is not None
    assert [one.name for one in walk((part,))] == ["", "/a", "/a/b", "/a/b/0", "/a/b/1"]
    assert only(draw(TREE, {}), "f-nowhere") is None


def test_the_shape_of_the_rest_is_known_without_the_part():
    one, two = (draw(TREE, {"a": {"b": rows}, "d": "x"}) for rows in (["x"], ["x", "y"]))
    rest = [(root.shape - root.by_key["a"].by_key["b"].shape) % 2**32 for root in (one, two)]
    assert shape(one) != shape(two)
    assert rest[0] == rest[1]
    assert shape(one) == shape(draw(TREE, {"a": {"b": ["other"]}, "d": "y"}))
