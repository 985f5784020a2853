"""Which test is the acceptance test of which feature of the editor, done in the page as a person does it.

3 links of other editors    test_editor_in_and_out: test_a_share_link_opens_and_leaves_as_the_same_flow
4 failure routes            test_diagram_editing: test_fifty_ways_to_one_failure_are_badges_and_no_line_crosses_the_page
7 live validation           test_understanding: test_every_kind_of_mistake_is_marked_on_its_token_without_an_account
7 quick fixes               test_understanding: test_the_fix_at_the_cursor_is_chosen_from_the_keyboard
13 two-way selection        test_diagram_editing: test_a_state_chosen_in_the_diagram_unfolds_in_the_text
13 safe rename              test_understanding: test_renaming_changes_all_mentions_and_one_undo_takes_it_back
14 the text stays mine      test_diagram_editing: test_a_state_is_added_by_keyboard_alone_and_only_new_text_differs
14 the last valid picture   test_editor: test_the_diagram_stays_greyed_while_the_text_is_broken
15 versions compared        test_versions: test_a_renamed_state_and_a_changed_choice_are_coloured_in_the_history_and_restored
16 schema and flow agree    test_editor_in_and_out: test_a_property_that_the_schema_loses_is_missed_where_it_is_read
16 generated schema         test_editor_in_and_out: test_a_schema_made_from_the_definition_yields_a_form_with_its_fields
22 paths of this state      test_understanding: test_paths_are_those_of_this_state_and_later_ones_are_greyed_with_the_reason
22 values of the last run   test_understanding: test_the_last_runs_values_stand_beside_the_paths
26 one draft, two people    test_versions: test_two_people_on_one_draft_see_each_other_and_merge_by_state
26 closing the tab          test_versions: test_closing_the_tab_keeps_the_draft
27 one state, run X         test_trying: test_a_state_and_the_flow_are_tried_with_the_data_and_results_of_run_x
27 called after a yes       test_trying: test_a_state_shows_its_parameters_and_is_called_after_a_yes
28 dry run, run X           test_trying: test_a_state_and_the_flow_are_tried_with_the_data_and_results_of_run_x
28 kept as a scenario       test_trying: test_an_action_that_is_made_to_fail_goes_through_its_catcher_and_is_kept_as_a_scenario
"""  # noqa: E501

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
FEATURES = {3, 4, 7, 13, 14, 15, 16, 22, 26, 27, 28}
ROW = re.compile(r"^(\d+) .+?  +(test_\w+): (test_\w+)$", re.MULTILINE)


def test_each_feature_has_a_test_and_each_test_is_there() -> None:
    rows = ROW.findall(__doc__ or "")
    assert {int(number) for number, _, _ in rows} == FEATURES
    missing = [name for _, module, name in rows if f"def {name}(" not in (HERE / f"{module}.py").read_text()]
    assert missing == []
