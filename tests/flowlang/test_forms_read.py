"""What a posted form means: values survive being drawn and posted, and hostile posts do no harm."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlang.forms import apply, defaults, draw, explain, read, read_draft, validate, walk
from flowlang.forms.values import settled
from tests.flowlang.forms_browser import posted
from tests.flowlang.schema_samples import sample

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
UUID = "6f1c0a52-5a0e-4a53-9d3b-0f8b2f3f6a11"
ANYTHING = {"properties": {"x": {}}}


def again(schema: Any, value: Any) -> Any:
    """`value` after being drawn, posted unchanged and read."""
    return read(schema, posted(draw(schema, value)))


def of(schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": schema}}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string"}, ""),
        ({"type": "string"}, " padded "),
        ({"type": "string"}, "two\nlines"),
        ({"type": "string"}, "a\rb\x07"),
        ({"type": "string"}, {"not": "a string"}),
        ({"type": "number"}, 0.1),
        ({"type": "number"}, 1e300),
        ({"type": "integer"}, 9007199254740993),
        ({"type": "boolean"}, True),
        ({"type": "boolean"}, False),
        ({"enum": ["a", 1, None, [1]]}, [1]),
        ({"enum": ["a", "b"]}, "b"),
        ({"enum": [1, 2]}, "neither"),
        ({"const": {"a": 1}}, {"a": 1}),
        ({"type": "null"}, None),
        ({"type": "string", "format": "date"}, "2026-03-31"),
        ({"type": "string", "format": "date"}, "next week"),
        ({"type": "string", "format": "date-time"}, "2026-03-31T09:30:00+02:00"),
        ({"type": "string", "format": "date-time"}, "2026-03-31t09:30:00.25z"),
        ({"type": "string", "format": "time"}, "09:30:00Z"),
        ({"type": "string", "format": "data-url"}, "data:text/plain;base64,YQ=="),
        ({"type": "array", "items": {"type": "string"}}, ["a", "", "b"]),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}}, ["b"]),
        ({"type": "array", "items": [{"type": "string"}, {"type": "number"}]}, ["a", 1, "more"]),
        ({"type": "object"}, {}),
        ({"type": "object"}, {"a": {"b": [1, "2", None, True, {}]}}),
        ({"type": "object", "additionalProperties": {"type": "number"}}, {"a": 1, "b/c~#": 2}),
        ({"type": "object", "patternProperties": {"^n": {"type": "integer"}}}, {"n1": 1}),
        (
            {"type": "object", "properties": {"": {"type": "string"}, "a/b": {"type": "string"}}},
            {"": "x", "a/b": "y"},
        ),
        ({"type": ["string", "null"]}, None),
        ({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "number"}}]}, [1, 2.5]),
        ({"type": "string", "format": "globus-principal"}, f"urn:globus:auth:identity:{UUID}"),
        (
            {"type": "object", "format": "globus-principal"},
            {"id": UUID, "type": "group", "urn": f"urn:globus:groups:id:{UUID}"},
        ),
        ({"type": "object", "format": "globus-principal"}, {"id": UUID, "type": "identity"}),
        (
            {"type": "array", "format": "globus-principal"},
            [{"id": UUID, "type": "identity", "urn": f"urn:globus:auth:identity:{UUID}"}],
        ),
        (
            {"type": "object", "format": "globus-collection", "properties": {"id": {}, "path": {}}},
            {"id": UUID, "path": "/~/"},
        ),
        ({"readOnly": True, "type": "string"}, "fixed"),
    ],
)
def test_a_value_survives_being_drawn_and_posted(schema: Any, value: Any):
    assert again(of(schema), {"x": value}) == {"x": value}


def test_nothing_typed_is_nothing_given():
    schema = of(
        {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "n": {"enum": [1]}}}
    )
    assert again(schema, {}) == {}


def test_an_optional_group_with_one_default_but_not_all_it_needs_is_left_out():
    group = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "path": {"default": "/"}},
    }
    assert again(of(group), defaults(of(group))) == {}


def test_a_required_group_is_given_so_that_its_members_are_asked_for():
    group = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    assert again({**of(group), "required": ["x"]}, {}) == {"x": {}}


def test_an_unticked_box_is_false_when_the_value_is_required():
    assert again({**of({"type": "boolean"}), "required": ["x"]}, {}) == {"x": False}
    assert again(of({"type": "boolean"}), {}) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        ("+7", 7),
        ("", None),
        ("１２", "１２"),
        ("1e999", "1e999"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("NaN", "NaN"),
        ("9" * 40, "9" * 40),
        ("abc", "abc"),
    ],
)
def test_a_number_is_read_as_json_writes_it_and_anything_else_stays_text(text: str, value: Any):
    found = read(of({"type": "number"}), [("/x", text)])
    assert found == ({} if value is None else {"x": value})


def test_a_moment_is_joined_from_its_parts():
    schema = of({"type": "string", "format": "date-time"})
    assert read(schema, [("/x", "2026-03-31T09:30"), ("/x#offset", "+02:00")]) == {
        "x": "2026-03-31T09:30:00+02:00"
    }
    assert read(schema, [("/x", "2026-03-31T09:30:07"), ("/x#offset", "")]) == {"x": "2026-03-31T09:30:07Z"}
    assert read(schema, [("/x", ""), ("/x#offset", "Z")]) == {}


def test_a_uuid_of_a_person_becomes_a_principal():
    found = read(of({"type": "object", "format": "globus-principal"}), [("/x", f" {UUID} ")])
    assert found == {"x": {"id": UUID, "type": "identity", "urn": f"urn:globus:auth:identity:{UUID}"}}


def test_text_that_is_not_json_is_kept_and_told():
    draft = read_draft(of({"type": "string"}), [("/x#json", '{"a": }')])
    assert draft.body == {}
    assert draft.problems[0]["loc"] == ["$.x"]
    assert "Line 1, column 2" in str(draft.problems[0]["msg"])
    assert draw(of({"type": "string"}), draft.value, (), draft.state).children[0].text == '{"a": }'


# --- the buttons


LIST = of(
    {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer", "default": 5}}}}
)


def pressed(schema: Any, value: Any, *actions: str) -> Any:
    """The form after pressing buttons without a script: each posts, and draws again."""
    drawn = draw(schema, value)
    for action in actions:
        pairs, fresh = apply(posted(drawn), action)
        draft = read_draft(schema, pairs, fresh)
        drawn = draw(schema, draft.value, (), draft.state)
    return read(schema, posted(drawn))


def test_an_added_row_begins_with_its_defaults():
    assert pressed(LIST, {}, "add:/x", "add:/x") == {"x": [{"n": 5}, {"n": 5}]}


def test_a_row_that_stays_empty_is_not_given_but_stays_in_the_form():
    schema = of({"type": "array", "items": {"type": "string"}})
    pairs, fresh = apply(posted(draw(schema, {"x": ["a"]})), "add:/x")
    draft = read_draft(schema, pairs, fresh)
    assert draft.body == {"x": ["a"]}
    assert len(draw(schema, draft.value, (), draft.state).children[0].children) == 2


def test_rows_are_removed_and_moved():
    value = {"x": [{"n": 1}, {"n": 2}, {"n": 3}]}
    assert pressed(LIST, value, "remove:/x/1") == {"x": [{"n": 1}, {"n": 3}]}
    assert pressed(LIST, value, "up:/x/2", "up:/x/2") == {"x": [{"n": 3}, {"n": 1}, {"n": 2}]}
    assert pressed(LIST, value, "down:/x/2", "up:/x/0", "remove:/x/9", "nonsense", "up:/y/1") == value


def test_a_removed_row_never_lends_its_key_to_a_new_one():
    assert pressed(LIST, {"x": [{"n": 1}, {"n": 2}]}, "remove:/x/0", "add:/x") == {"x": [{"n": 2}, {"n": 5}]}


def test_free_members_are_entered_and_removed():
    schema = of({"type": "object", "additionalProperties": {"type": "integer"}})
    drawn = draw(schema, {"x": {"a": 1}})
    pairs, fresh = apply(posted(drawn), "enter:/x")
    typed = [
        (name, "b" if name == "/x/#1#key" else text)
        for name, text in [*pairs, ("/x/#1#key", ""), ("/x/#1", "2")]
    ]
    assert read(schema, typed) == {"x": {"a": 1, "b": 2}}
    assert fresh == {"/x/#1"}
    assert read(schema, apply(typed, "remove:/x/#0")[0]) == {"x": {"b": 2}}


def test_a_name_used_twice_is_told():
    schema = of({"type": "object"})
    pairs = [
        ("/x#entry", "0"),
        ("/x/#0#key", "a"),
        ("/x/#0#json", "1"),
        ("/x#entry", "1"),
        ("/x/#1#key", "a"),
        ("/x/#1#json", "2"),
    ]
    assert "used twice" in str(read_draft(schema, pairs).problems[0]["msg"])


def test_a_part_of_a_tree_is_included_when_asked_for():
    schema = {"properties": {"name": {"type": "string", "default": "n"}, "left": {"$ref": "#"}}}
    assert pressed(schema, {}, "include:/left") == {"left": {"name": "n"}}
    assert pressed(schema, {}, "include:/left", "omit:/left") == {}


# --- variants


WAYS = of(
    {
        "oneOf": [
            {
                "title": "Mail",
                "type": "object",
                "required": ["kind", "to"],
                "properties": {
                    "kind": {"const": "mail"},
                    "to": {"type": "string"},
                    "note": {"type": "string"},
                },
            },
            {
                "title": "Call",
                "type": "object",
                "required": ["kind", "number"],
                "properties": {
                    "kind": {"const": "call"},
                    "number": {"type": "integer", "default": 1},
                    "note": {"type": "string"},
                },
            },
        ]
    }
)


def switched(pairs: list[tuple[str, str]], to: str) -> list[tuple[str, str]]:
    return [(name, to if name == "/x#variant0" else text) for name, text in pairs]


def test_switching_keeps_what_has_the_same_name_and_brings_the_other_defaults():
    mail = {"x": {"kind": "mail", "to": "ada", "note": "soon"}}
    draft = read_draft(WAYS, switched(posted(draw(WAYS, mail)), "1"))
    assert draft.body == {"x": {"kind": "call", "number": 1, "note": "soon"}}


def test_switching_there_and_back_loses_nothing():
    mail = {"x": {"kind": "mail", "to": "ada", "note": "soon"}}
    there = read_draft(WAYS, switched(posted(draw(WAYS, mail)), "1"))
    back = read_draft(WAYS, switched(posted(draw(WAYS, there.value, (), there.state)), "0"))
    assert back.body == mail


def test_a_variant_can_be_taken_back():
    mail = {"x": {"kind": "mail", "to": "ada"}}
    assert read(WAYS, switched(posted(draw(WAYS, mail)), "-1")) == {}


def test_only_the_variant_that_shows_is_held_against_the_person():
    draft = read_draft(WAYS, posted(draw(WAYS, {"x": {"kind": "call", "note": "x"}})))
    assert [(problem["loc"], problem["msg"]) for problem in explain(WAYS, draft)] == [
        (["$.x.number"], "Enter a value; it is required.")
    ]


# --- words


def words(schema: Any, value: Any) -> list[tuple[Any, Any]]:
    return [(p["loc"][0], p["msg"]) for p in explain(schema, read_draft(schema, posted(draw(schema, value))))]


def test_a_missing_member_is_told_at_itself_in_words():
    schema = {**of({"type": "string", "title": "Where to"}), "required": ["x"]}
    assert words(schema, {}) == [("$.x", "Enter a value; it is required.")]


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"type": "integer"}, "1.5x", "Enter a whole number, such as 3."),
        ({"type": "integer", "minimum": 3}, 1, "Enter 3 or more."),
        ({"type": "string", "minLength": 2}, "a", "Enter at least 2 characters; now there are 1."),
        (
            {"type": "string", "format": "email"},
            "ada",
            "“ada” is not an e-mail address, such as name@example.org.",
        ),
        (
            {"type": "string", "pattern": "^a", "examples": ["abc"]},
            "b",
            "“b” does not have the right form. An example: abc",
        ),
        ({"enum": ["a"]}, "b", "“b” is not one of the values to choose from."),
        (
            {"type": "array", "uniqueItems": True},
            [1, 1.0],
            "Each entry may be given once only; entry 2 repeats an earlier one.",
        ),
        ({"type": "array", "minItems": 1}, [], "Add at least 1 entry; now there are 0."),
    ],
)
def test_problems_are_told_in_words(schema: Any, value: Any, told: str):
    assert words(of(schema), {"x": value}) == [("$.x", told)]


def test_a_problem_in_a_list_is_told_at_its_row_even_behind_empty_rows():
    schema = of({"type": "array", "items": {"type": "integer"}})
    pairs, fresh = apply(posted(draw(schema, {"x": [1, "two"]})), "add:/x")
    draft = read_draft(schema, apply(apply(pairs, "up:/x/2")[0], "up:/x/2")[0], fresh)
    drawn = draw(schema, draft.value, explain(schema, draft), draft.state)
    assert [(field.text, bool(field.errors)) for field in drawn.children[0].children] == [
        ("", False),
        ("1", False),
        ("two", True),
    ]


# --- bounds


NAMES = st.sampled_from(
    [
        "/x",
        "/x#was",
        "/x#json",
        "/x#item",
        "/x/0",
        "/x/0/__proto__",
        "/x#variant0",
        "/x#shown0",
        "/x#kept0",
        "",
        "#was",
        "/x#entry",
        "/x/#0",
        "/x/#0#key",
        "a[__proto__][x]",
        "/constructor",
        "//",
        "/#",
        "#",
        "/x#offset",
        "/x#drop",
    ]
)
SCHEMAS = st.sampled_from(
    [
        ANYTHING,
        of({"type": "string"}),
        of({"type": "number"}),
        LIST,
        WAYS,
        of({"type": "object"}),
        {"$ref": "#"},
        {},
        of({"type": "string", "format": "date-time"}),
        of({"type": "array", "items": [{"type": "string"}]}),
        True,
        {"properties": {"x": {"$ref": "#"}}, "required": ["x"]},
    ]
)


@given(
    SCHEMAS,
    st.lists(st.tuples(NAMES, st.one_of(st.sampled_from(["0", "1", "-1", "{", "[[", "1e999"]), st.text()))),
)
def test_whatever_is_posted_is_read_and_drawn_again(schema: Any, pairs: list[tuple[str, str]]):
    draft = read_draft(schema, pairs)
    json.dumps(draft.body)
    if schema != {"$ref": "#"}:
        drawn = draw(schema, draft.value, explain(schema, draft), draft.state)
        assert read(schema, posted(drawn)) is not None


JSONS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(JSONS)
def test_any_json_survives_a_form_that_asks_for_nothing_in_particular(value: Any):
    assert again(ANYTHING, {"x": value}) == {"x": value}


def corpus() -> list[Path]:
    return sorted(CORPUS.glob("schemas/*/input_schema.json")) + sorted(
        CORPUS.glob("flows/*/input_schema.json")
    )


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public flows is not beside the project")
def test_valid_inputs_of_public_schemas_survive_being_drawn_and_posted():
    tried = 0
    for path in corpus():
        schema = json.loads(path.read_text())
        values = [settled(defaults(schema)), sample(schema, full=True), sample(schema, full=False)]
        given_sample = path.with_name("sample_input.json")
        values += [json.loads(given_sample.read_text())] if given_sample.exists() else []
        for value in [value for value in values if not validate(schema, value)]:
            assert again(schema, value) == value, path.parent.name
            tried += 1
    assert tried > 100


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public flows is not beside the project")
def test_explaining_finds_something_exactly_when_validating_does():
    for path in corpus():
        schema = json.loads(path.read_text())
        draft = read_draft(schema, posted(draw(schema, defaults(schema))))
        assert bool(explain(schema, draft)) == bool(validate(schema, draft.body)), path.parent.name


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public flows is not beside the project")
def test_every_problem_of_an_empty_form_stands_at_a_field():
    for path in corpus():
        schema = json.loads(path.read_text())
        draft = read_draft(schema, posted(draw(schema, {})))
        problems = explain(schema, draft)
        drawn = draw(schema, draft.value, problems, draft.state)
        shown = {message for field in walk((drawn,)) for message in field.errors}
        assert {problem["msg"] for problem in problems} <= shown, path.parent.name
