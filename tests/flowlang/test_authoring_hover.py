"""What is said about what one points at, where definitions are, and the help beside the text."""

from __future__ import annotations

from typing import Any

import pytest

from flowlang.authoring import docs, hover
from flowlang.authoring.cursor import cursor_at
from flowlang.authoring.hover import Card
from flowlang.authoring.options import Site
from flowlang.authoring.outline import outline
from flowlang.authoring.recovery import recovered
from tests.flowlang.test_authoring_completion import COPY, PROVIDERS, flow

ABOUT = {COPY: ("Transfer", "Copies files.")}


def site(text: str, **more: Any) -> Site:
    return Site(recovered(text, 1_000_000).value, None, PROVIDERS, ABOUT, (COPY,), **more)


def card(text: str, pointed: str, inside: int = 1, **more: Any) -> Card | None:
    """Return the card for the place `inside` the first `pointed` of the text."""
    return hover.card(cursor_at(text, text.index(pointed) + inside, is_touching=True), site(text, **more))


def facts(found: Card | None) -> dict[str, str]:
    return dict(found.facts) if found else {}


def test_a_field_is_explained() -> None:
    found = card(flow(), '"ResultPath": "$.used"')
    assert found is not None
    assert found.text == "Where the result is stored; $ replaces all run data."
    assert facts(found)["Else"] == '"$"'


@pytest.mark.parametrize("pointed", ['"Use": {', '"Use"}'])
def test_a_state_says_from_where_and_where_to_it_leads(pointed: str) -> None:
    text = flow().replace('"Next": "Use"', '"Next": "Use"}', 0)
    found = card(text, pointed if pointed in text else '"Next": "Use"', 2 if pointed in text else 10)
    assert found is not None
    assert (found.title, found.badge) == ("Use", "Pass")
    assert facts(found)["Comes from"] == "Find"
    assert facts(found)["Leads to"] == "Ask"


def test_a_path_says_who_writes_and_who_reads_it_and_what_it_was() -> None:
    text = flow('"x.$": "$.found.n", "y.=": "found.n + 1"', '"source.$": "$.found"')
    found = card(text, "$.found.n", 4, samples={"Use": {"found": {"n": 42}}})
    assert found is not None
    assert found.badge == "number"
    assert facts(found) == {
        "Written by": "Find", "One of": "1", "Last run": "42", "Read by": "Use, Ask",
    }  # fmt: skip


def test_an_expression_says_what_it_gave() -> None:
    text = flow('"y.=": "found.n + 1"')
    found = card(text, "found.n", 2, samples={"Use": {"found": {"n": 42}}})
    assert facts(found)["The whole gave in the last run"] == "43"
    assert facts(found)["Last run"] == "42"


def test_a_function_is_explained_with_an_example() -> None:
    found = card(flow('"y.=": "len(found.files)"'), "len(", 1)
    assert found is not None
    assert found.title == "len(value)"
    assert facts(found)["Example"] == "len(files)"


def test_a_provider_an_error_and_a_parameter_are_explained() -> None:
    text = flow(
        ask='"source.$": "$.found"', rest='"Catch": [{"ErrorEquals": ["ActionTimeout"], "Next": "Use"}]'
    )
    assert card(text, COPY) == Card("Transfer", "provider", "Copies files.", (("Needs", "source"),))
    error, parameter = card(text, '"ActionTimeout"'), card(text, '"source.$"')
    assert error is not None and "WaitTime" in error.text
    assert parameter is not None and parameter.badge == "required parameter"
    assert parameter.text == "Where from Its value is a path."


def test_pointing_at_nothing_says_nothing() -> None:
    assert card(flow(), '{"StartAt"', 0) is None


def target(text: str, pointed: str, inside: int = 1) -> str:
    document = recovered(text, 1_000_000)
    at = cursor_at(text, text.index(pointed) + inside, is_touching=True)
    loc = hover.definition_of(at, site(text))
    return "" if loc is None else text[slice(*document.span(loc))]


def test_a_states_name_leads_to_the_state() -> None:
    assert target(flow(), '"Find"').startswith('{"Type": "ExpressionEval"')
    assert target(flow(), '"Next": "Use"', 10).startswith('{"Type": "Pass"')
    assert target(flow(rest='"Next": "Gone"'), '"Gone"') == ""


@pytest.mark.parametrize("use", ['"x.$": "$.found.n"', '"x.=": "1 + found.n"', '"x.=": "`$.found.n` + 1"'])
def test_a_path_leads_to_what_writes_it(use: str) -> None:
    assert target(flow(use), "found.n", 2) == '"$.found"'


def test_states_and_fields_are_listed_in_the_order_of_the_text() -> None:
    symbols = outline(recovered(flow(), 100_000), "definition")
    assert [(symbol.name, symbol.kind) for symbol in symbols] == [
        ("Find", "ExpressionEval"), ("Use", "Pass"), ("Ask", "Action"),
    ]  # fmt: skip
    schema = '{"properties": {"a": {"type": "object", "properties": {"b": {"type": "string"}}}, "c": {}}}'
    fields = outline(recovered(schema, 100_000), "input_schema")
    assert [(field.name, field.kind, field.level) for field in fields] == [
        ("a", "object", 0), ("b", "string", 1), ("c", "any", 0),
    ]  # fmt: skip


def page(text: str, pointed: str, inside: int = 1) -> tuple[str, docs.Page]:
    document = recovered(text, 1_000_000)
    at = cursor_at(text, text.index(pointed) + inside, is_touching=True)
    return document.text, docs.page(document, at, site(text))


def test_the_help_follows_from_the_field_to_its_state_and_provider() -> None:
    _, found = page(flow(), '"ActionUrl"')
    assert [card.title for card in found.cards] == ["ActionUrl", "Action", "Transfer"]
    assert ("WaitTime", "Seconds until ActionTimeout.", "") in found.fields


def test_an_example_can_be_put_in_and_changes_nothing_else() -> None:
    text, found = page(flow(), '"Type": "Action"')
    example = next(each for each in found.examples if "provider needs" in each.title)
    (edit,) = example.edits
    assert text[edit.start : edit.end] == "{}"
    assert edit.text == '{"source.$": "$.source"}'


def test_in_an_expression_examples_of_functions_go_where_the_cursor_is() -> None:
    text, found = page(flow('"x.=": "1 + "'), '"1 + ', 5)
    example = next(each for each in found.examples if each.text == "len(files)")
    (edit,) = example.edits
    assert text[: edit.start].endswith('"1 + ')


def test_the_schemas_help_offers_fields_for_the_form() -> None:
    text = '{"type": "object", "properties": {}}'
    at = cursor_at(text, 3, is_touching=True)
    found = docs.schema_page(recovered(text, 1_000), at)
    assert found.cards[0].title == "type"
    assert all(example.edits for example in found.examples)
    assert any("globus-collection" in example.text for example in found.examples)
