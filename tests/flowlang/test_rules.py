"""The tables that checker, completion and help read."""

from __future__ import annotations

from flowlang import rules


def test_the_eight_types_of_state_are_known() -> None:
    assert set(rules.STATES) == {
        "Action", "ExpressionEval", "Choice", "Pass", "Wait", "Fail", "CreateWebInput", "AwaitWebInput",
    }  # fmt: skip


def test_every_field_says_in_a_sentence_what_it_is_for() -> None:
    tables = [kind.fields for kind in rules.STATES.values()]
    tables += [rules.DEFINITION, rules.CATCHER, rules.RULE, *rules.PROVIDERS.values()]
    for table in tables:
        for name, field in table.items():
            assert field.text.endswith("."), name
            assert field.text[0].isupper() or field.text.startswith("true"), name


def test_exclusive_fields_are_fields_of_their_state() -> None:
    for kind in rules.STATES.values():
        for alternatives in kind.alternatives:
            assert set(alternatives.names) <= set(kind.fields)


def test_only_choice_and_fail_have_no_next() -> None:
    assert {name for name, kind in rules.STATES.items() if not kind.has_exit} == {"Choice", "Fail"}
    for kind in rules.STATES.values():
        assert ("Next" in kind.fields, "End" in kind.fields) == (kind.has_exit, kind.has_exit)


def test_every_comparison_but_matching_has_a_twin_that_takes_a_path() -> None:
    stems = {name for name in rules.OPERATORS if not name.endswith("Path") and not name.startswith("Is")}
    assert {name.removesuffix("Path") for name in rules.OPERATORS if name.endswith("Path")} == stems - {
        "StringMatches"
    }
    assert len(rules.OPERATORS) == 39


def test_required_fields() -> None:
    assert rules.DEFINITION.required == ("StartAt", "States")
    assert rules.CATCHER.required == ("ErrorEquals", "Next")
    assert rules.STATES["ExpressionEval"].fields.required == ("Type", "Parameters", "ResultPath")
    assert rules.STATES["Choice"].fields.required == ("Type", "Choices")
