"""What is offered where, by example: the cursor is the |."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowlang.authoring.completion import complete, complete_schema
from flowlang.authoring.cursor import cursor_at
from flowlang.authoring.options import Offer, Option, Site
from flowlang.authoring.recovery import recovered

COPY = "https://transfer.actions.globus.org/transfer"
PROVIDERS: dict[str, Any] = {
    COPY: {
        "type": "object",
        "required": ["source"],
        "properties": {
            "source": {"type": "string", "title": "Where from"},
            "level": {"enum": ["low", "high"]},
            "flags": {"type": "object", "properties": {"deep": {"type": "boolean"}}},
        },
    }
}
FLOW = """{"StartAt": "Find", "States": {
  "Find": {"Type": "ExpressionEval", "Parameters": {"files.=": "[{'name': 'a'}]", "n": 1},
           "ResultPath": "$.found", "Next": "Use"},
  "Use": {"Type": "Pass", "Parameters": {%s}, "ResultPath": "$.used", "Next": "Ask"},
  "Ask": {"Type": "Action", "ActionUrl": "%s", "Parameters": {%s}, "ResultPath": "$.asked", %s}}}"""


def offered(marked: str, **site: Any) -> Offer | None:
    offset, text = marked.index("|"), marked.replace("|", "", 1)
    about = {COPY: ("Transfer", "Copies files.")}
    known = Site(
        recovered(text, 1_000_000).value,
        site.pop("schema", None),
        providers=PROVIDERS,
        about=about,
        offered=(COPY,),
        **site,
    )
    return complete(cursor_at(text, offset), known)


def options(marked: str, **site: Any) -> dict[str, Option]:
    offer = offered(marked, **site)
    return {option.label: option for option in offer.options} if offer else {}


def flow(use: str = "", ask: str = "", rest: str = '"End": true') -> str:
    return FLOW % (use, COPY, ask, rest)


def test_only_the_fields_of_the_states_type_are_offered() -> None:
    found = options('{"States": {"A": {"Type": "Wait", "|"}}}')
    assert {"Seconds", "Timestamp", "SecondsPath", "Next"} <= found.keys()
    assert not {"Parameters", "Choices", "Type"} & found.keys()
    assert found["Seconds"].text == "How long."


def test_a_state_without_a_type_is_first_offered_one() -> None:
    found = options('{"States": {"A": {"|"}}}')
    assert found["Type"].detail == "required"
    assert found["Type"].boost == max(option.boost for option in found.values())


def test_a_field_that_another_one_forbids_is_greyed_with_the_reason() -> None:
    found = options('{"States": {"A": {"Type": "Wait", "Seconds": 3, "|"}}}')
    assert "Seconds is there already" in found["Timestamp"].reason
    assert (
        "Next is there already"
        in options('{"States": {"A": {"Type": "Pass", "Next": "B", "|"}}}')["End"].reason
    )


@pytest.mark.parametrize(
    "rest",
    ['"Next": "|"', '"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "|"}], "End": true'],
)
def test_states_are_offered_where_one_is_named(rest: str) -> None:
    assert {"Find", "Use", "Ask"} <= options(flow(rest=rest)).keys()


def test_states_are_offered_in_start_at_and_in_choices() -> None:
    assert "A" in options('{"StartAt": "|", "States": {"A": {"Type": "Pass"}}}')
    rule = '{"States": {"A": {"Type": "Choice", "Choices": [{"Next": "|"}], "Default": "B"}, "B": {}}}'
    assert {"A", "B"} <= options(rule).keys()
    assert {"A", "B"} <= options(rule.replace("|", "").replace('"B"}', '"|"}', 1)).keys()


def test_a_state_that_is_named_but_missing_is_offered_as_a_name() -> None:
    found = options('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Gone"}, "|"}}')
    assert found.keys() == {"Gone"}


def test_providers_are_offered_by_address() -> None:
    found = options(flow().replace(COPY, "|"))
    assert found[COPY].detail == "Transfer"


def test_the_providers_parameters_are_offered_required_ones_first() -> None:
    found = options(flow(ask='"|"'))
    assert found["source"].detail == "required"
    assert found["source"].boost > found["level"].boost
    assert found["source.$"].insert == '"source.$": "$.${}"'
    assert "source" not in options(flow(ask='"source.$": "$.x", "|"'))
    assert "deep" in options(flow(ask='"flags": {"|"}'))


def test_constants_come_from_the_providers_schema() -> None:
    assert options(flow(ask='"level": "|"')).keys() == {"low", "high"}


def test_errors_that_are_caught_already_are_not_offered_again() -> None:
    rest = '"Catch": [{"ErrorEquals": ["ActionTimeout", "|"], "Next": "Find"}], "End": true'
    found = options(flow(rest=rest))
    assert "ActionFailedException" in found
    assert "ActionTimeout" not in found
    assert found["States.Runtime"].text


@pytest.mark.parametrize("use", ['"x.$": "$.|"', '"x.$": "|"', '"x.$": |'])
def test_paths_are_those_that_exist_at_this_state(use: str) -> None:
    found = options(flow(use))
    assert found["$.found"].detail == "object"
    assert found["$.found.n"].detail == "number"
    assert ("Written by", "Find") in found["$.found"].facts
    assert not found["$.found"].reason


def test_a_path_that_is_written_later_is_greyed_with_the_reason() -> None:
    found = options(flow('"x.$": "$.|"'))
    assert found["$.asked"].reason == 'Written by "Ask", which runs only after this state.'
    assert found["$.used"].reason == "This state writes it itself, when it ends."
    assert found["$.asked"].boost < found["$.found"].boost


def test_a_path_that_was_replaced_is_greyed_with_the_reason() -> None:
    text = flow('"x.$": "$.|"').replace('"ResultPath": "$.used"', '"ResultPath": "$.used"')
    wiped = text.replace(
        '"Next": "Use"},',
        '"Next": "Wipe"}, "Wipe": {"Type": "Pass", "Result": {"k": 1}, "Next": "Use"},',
    )
    assert options(wiped)["$.found"].reason == 'Written by "Find", but replaced before this state.'


def test_what_is_being_typed_does_not_offer_itself() -> None:
    assert "$.fou" not in options(flow('"x.$": "$.fou|"'))


def test_the_input_schema_says_what_there_is() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}}
    found = options(flow('"x.$": "$.|"'), schema=schema)
    assert ("Written by", "the input") in found["$.a"].facts
    assert ("Presence", "not on every way here") in found["$.b"].facts


def test_the_last_run_gives_samples() -> None:
    samples = {"Use": {"found": {"n": 42}}}
    assert ("Last run", "42") in options(flow('"x.$": "$.|"'), samples=samples)["$.found.n"].facts


def test_a_variable_and_an_input_path_take_paths_too() -> None:
    text = flow().replace('"End": true', '"Catch": [], "End": true')
    assert "$.found" in options(text.replace('"Parameters": {}', '"InputPath": "$.|"', 1))
    rule = '"Type": "Choice", "Choices": [{"And": [{"Variable": "$.|"}]}]'
    assert "$.found" in options(text.replace('"Type": "Pass", "Parameters": {}', rule, 1))


def test_a_result_is_offered_a_place_of_its_own() -> None:
    found = options(flow().replace("$.used", "|"))
    assert found["$.Use"].boost == max(option.boost for option in found.values())
    assert {"$", "$.found"} <= found.keys()


@pytest.mark.parametrize(
    ("text", "expected", "replaced"),
    [
        ("1 + |", {"found", "len()", "_context"}, ""),
        ("le|", {"found", "len()"}, "le"),
        ("found.|", {"files", "n", "get()", "keys()"}, ""),
        ("found.files[0].na|", {"name"}, "na"),
        ("len(found.|)", {"n"}, ""),
        ("`$.fo|`", {"$.found", "$.found.n"}, "$.fo"),
        ("is_present('fo|')", {"found", "found.n"}, "fo"),
        ("str(found.n).|", {"split()"}, ""),
    ],
)
def test_inside_expressions_names_members_and_functions_are_offered(
    text: str, expected: set[str], replaced: str
) -> None:
    marked = flow(f'"x.=": "{text}"')
    offer = offered(marked)
    assert offer is not None
    assert expected <= {option.label for option in offer.options}
    assert marked.replace("|", "", 1)[offer.start : offer.end] == replaced
    assert offer.mode == "inside"


def test_only_methods_of_the_values_type_are_offered() -> None:
    found = options(flow('"x.=": "found.n.|"'))
    assert not {"split()", "keys()"} & found.keys()


def test_nothing_is_offered_inside_quoted_text_of_an_expression() -> None:
    assert offered(flow('"x.=": "found[\'|\']"')) is None


@pytest.mark.parametrize(
    ("rest", "label"),
    [
        ('"RunAs": "|"}, "Odd": {"RunAs": []', "User"),
        ('"Catch": [{"ErrorEquals": ["|", [], {}]}]', "States.ALL"),
    ],
)
def test_values_of_the_wrong_kind_beside_it_are_passed_over(rest: str, label: str) -> None:
    assert label in options(flow(rest=rest))


def test_nothing_is_offered_in_a_remark() -> None:
    assert offered('{"Comment": "|"}') is None


SCHEMA = (
    '{"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string", %s}, "b": {%s}%s}}'
)


def schema_options(marked: str) -> dict[str, Option]:
    offset, text = marked.index("|"), marked.replace("|", "", 1)
    offer = complete_schema(cursor_at(text, offset), recovered(text, 100_000).value)
    return {option.label: option for option in offer.options} if offer else {}


def test_keywords_of_a_schema_are_offered_and_those_of_another_type_greyed() -> None:
    found = schema_options(SCHEMA % ('"|"', "", ""))
    assert found["minLength"].text
    assert not found["minLength"].reason
    assert found["items"].reason
    assert "type" not in found


def test_values_of_keywords_are_offered() -> None:
    assert "boolean" in schema_options(SCHEMA % ("", '"type": "|"', ""))
    formats = schema_options(SCHEMA % ('"format": "|"', "", ""))
    assert not formats["date-time"].reason
    assert formats["globus-collection"].reason
    assert "a" in schema_options((SCHEMA % ("", "", "")).replace('["a", "b"]', '["|"]'))
    assert "a" in schema_options((SCHEMA % ("", "", "")).replace('["a", "b"]', '["|", []]'))


def test_a_required_field_that_is_not_described_is_offered() -> None:
    text = json.dumps({"required": ["a", "c"], "properties": {"a": {}, "|": 0}}).replace('"|": 0', '"|"')
    assert schema_options(text).keys() == {"c"}


def test_among_very_many_places_those_below_the_one_that_is_typed_are_offered() -> None:
    states: dict[str, Any] = {
        f"S{at}": {
            "Type": "Pass",
            "Result": {"a": {"b": 1}, "c": 2, "d": 3},
            "ResultPath": f"$.r{at}",
            "Next": f"S{at + 1}",
        }
        for at in range(250)
    }
    states["S250"] = {
        "Type": "ExpressionEval",
        "Parameters": {"x.$": "%s|"},
        "ResultPath": "$.x",
        "End": True,
    }
    text = json.dumps({"StartAt": "S0", "States": states})
    assert {"$.r0", "$.r249"} <= options(text % "$.").keys()
    assert {"$.r249.a", "$.r249.a.b"} <= options(text % "$.r249.").keys()
    assert "c" in options((text % "r248.").replace('"x.$"', '"x.="'))
