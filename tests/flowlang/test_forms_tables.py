"""Lists of many rows: tables, rows from a spreadsheet, and the pages of a long list."""

from __future__ import annotations

from typing import Any

import pytest

from flowlang import forms
from flowlang.forms import Draft, Field
from tests.flowlang.forms_browser import posted

FILES: dict[str, Any] = {
    "properties": {
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path"],
                "properties": {
                    "path": {"type": "string", "title": "Path"},
                    "size": {"type": "integer", "minimum": 0},
                    "keep": {"type": "boolean"},
                    "way": {"enum": ["copy", "move"]},
                },
            },
        }
    }
}
NUMBERS = {"properties": {"n": {"type": "array", "items": {"type": "integer", "maximum": 5000}}}}


def list_of(root: Field) -> Field:
    return root.children[0]


def acted(schema: Any, root: Field, action: str, **typed: str) -> tuple[Draft, Field]:
    """Return the draft and the form after a button; `typed` are markers beside the list's name."""
    name = list_of(root).name
    pairs = [*posted(root), *((f"{name}#{mark}", text) for mark, text in typed.items())]
    draft = forms.read_draft(schema, *forms.apply(pairs, f"{action}:{name}"))
    return draft, forms.draw(schema, draft.value, draft.problems, draft.state)


def pasted(schema: Any, value: Any, text: str) -> Any:
    return acted(schema, forms.draw(schema, value), "paste", paste=text)[0].body


# --- tables


def test_a_list_of_flat_groups_is_a_table():
    field = list_of(forms.draw(FILES, {"files": [{"path": "/a"}]}))
    assert [column.title for column in field.columns] == ["Path", "size", "keep", "way"]
    assert [column.required for column in field.columns] == [True, False, False, False]


@pytest.mark.parametrize(
    "row",
    [{"path": "/a", "more": 1}, {"path": {"not": "a text"}}, {"path": "two\nlines"}],
)
def test_a_row_that_holds_more_than_a_table_shows_keeps_its_fields(row: Any):
    root = forms.draw(FILES, {"files": [row]})
    assert not list_of(root).columns
    assert forms.read(FILES, posted(root)) == {"files": [row]}


def test_groups_within_groups_are_no_table():
    inner = {"type": "object", "properties": {"a": {"type": "object"}, "b": {"type": "string"}}}
    schema = {"properties": {"rows": {"type": "array", "items": inner}}}
    assert not list_of(forms.draw(schema, {"rows": [{"b": "x"}]})).columns


# --- pasting


def test_cells_of_a_spreadsheet_become_rows():
    text = "/data/a\t3\tyes\tcopy\n/data/b\t\tno\tmove\n"
    assert pasted(FILES, {}, text) == {
        "files": [
            {"path": "/data/a", "size": 3, "keep": True, "way": "copy"},
            {"path": "/data/b", "keep": False, "way": "move"},
        ]
    }


def test_a_first_row_of_titles_says_which_column_is_which():
    text = 'way,Path,comment\ncopy,"/a, b",ignored\nmove,/c,\n'
    assert pasted(FILES, {}, text) == {
        "files": [{"way": "copy", "path": "/a, b"}, {"way": "move", "path": "/c"}]
    }


def test_pasted_rows_follow_those_that_are_there_and_blank_ones_go():
    draft = pasted(FILES, {"files": [{"path": "/a"}, {}]}, "/b\t1")
    assert draft == {"files": [{"path": "/a"}, {"path": "/b", "size": 1}]}


def test_a_wrong_cell_is_told_at_the_cell():
    draft, root = acted(FILES, forms.draw(FILES, {}), "paste", paste="/a\tmany")
    assert [entry["loc"] for entry in forms.explain(FILES, draft)] == [["$.files[0].size"]]
    assert list_of(root).children[0].by_key["size"].text == "many"


def test_lines_become_the_values_of_a_plain_list():
    assert pasted(NUMBERS, {"n": [1]}, "2\r\n3\n\n4") == {"n": [1, 2, 3, 4]}


def test_a_comma_is_part_of_a_value_where_a_line_is_one_value():
    schema = {"properties": {"names": {"type": "array", "items": {"type": "string"}}}}
    text = '\ufeffSmith, J\nDoe; K\n"two\nlines"\nfirst\tsecond'
    assert pasted(schema, {}, text) == {"names": ["Smith, J", "Doe; K", "two\nlines", "first"]}


def test_rows_that_are_too_many_are_told():
    draft, root = acted(NUMBERS, forms.draw(NUMBERS, {}), "paste", paste="7\n" * 2_001)
    assert len(draft.body["n"]) == 2_000
    assert list_of(root).errors == ("Only the first 2,000 rows were taken. Paste the others by themselves.",)


@pytest.mark.parametrize("text", ["", "\n\n", '"', "\x00", "a" * 200_000, "\t" * 5_000, '"a\n' * 100])
def test_hostile_pastes_are_rows_or_nothing(text: str):
    assert isinstance(pasted(FILES, {}, text), dict)


# --- long lists


def test_a_long_list_is_drawn_in_pages_and_stays_whole():
    value = {"n": list(range(1_000))}
    root = forms.draw(NUMBERS, value)
    assert list_of(root).position == "1 to 100 of 1,000"
    assert len(list_of(root).children) == 100
    assert forms.read(NUMBERS, posted(root)) == value


def test_other_rows_are_looked_at_and_what_was_typed_stays():
    root = forms.draw(NUMBERS, {"n": list(range(1_000))})
    _, root = acted(NUMBERS, root, "page-500")
    field = list_of(root)
    assert (field.position, field.children[0].text) == ("501 to 600 of 1,000", "500")
    pairs = [(name, "7" if name == "/n/500" else text) for name, text in posted(root)]
    assert forms.read(NUMBERS, pairs)["n"][500] == 7


def test_the_ways_to_other_rows_do_not_lead_where_one_is():
    root = forms.draw(NUMBERS, {"n": list(range(250))})
    assert [turn.title for turn in list_of(root).turns] == ["Next", "Last"]
    _, root = acted(NUMBERS, root, "page-249")
    assert [turn.title for turn in list_of(root).turns] == ["First", "Previous"]


def test_a_row_is_added_at_the_end_of_a_long_list():
    _, root = acted(NUMBERS, forms.draw(NUMBERS, {"n": list(range(250))}), "add")
    field = list_of(root)
    assert field.position == "201 to 251 of 251"
    assert field.children[-1].text == ""


def test_a_row_is_removed_from_the_page_that_is_drawn():
    _, root = acted(NUMBERS, forms.draw(NUMBERS, {"n": list(range(250))}), "page-200")
    draft = forms.read_draft(NUMBERS, *forms.apply(posted(root), "remove:/n/201"))
    assert draft.body["n"] == [*range(201), *range(202, 250)]


def test_the_page_with_the_first_problem_is_shown():
    value = {"n": [*range(700), 9_999, *range(700, 999)]}
    draft = forms.read_draft(NUMBERS, posted(forms.draw(NUMBERS, value)))
    root = forms.draw(NUMBERS, draft.value, forms.explain(NUMBERS, draft), draft.state)
    assert list_of(root).position == "701 to 800 of 1,000"
    assert list_of(root).children[0].errors == ("Enter 5000 or less.",)


def test_problems_of_rows_that_are_not_drawn_are_told_at_the_list():
    value = {"n": [9_999, *range(700), 9_999]}
    draft = forms.read_draft(NUMBERS, posted(forms.draw(NUMBERS, value)))
    root = forms.draw(NUMBERS, draft.value, forms.explain(NUMBERS, draft), draft.state)
    assert list_of(root).errors == ("Entry 702: Enter 5000 or less.",)


def test_a_thousand_flat_groups_are_a_table_in_pages():
    value = {"files": [{"path": f"/{n}", "size": n} for n in range(1_000)]}
    root = forms.draw(FILES, value)
    assert list_of(root).columns
    assert 10 <= len(list_of(root).children) <= 100
    assert forms.read(FILES, posted(root)) == value


@pytest.mark.parametrize("text", ["", "[", "{}", "7", '["x", null]', "[" * 5_000])
def test_hostile_markers_of_a_long_list_do_no_harm(text: str):
    root = forms.draw(NUMBERS, {"n": [1]})
    draft, _ = acted(NUMBERS, root, "page-9999999", before=text, after=text)
    assert 1 in draft.body["n"]
