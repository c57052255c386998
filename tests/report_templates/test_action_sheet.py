"""Laws of the action sheets: every action once, harmless in a spreadsheet, ready to be filled in, stable bytes."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import BytesIO, StringIO

import openpyxl
import pytest

from report_templates.action_sheet import RESULTS, SheetError, _accept, actions_csv, actions_xlsx, beyond_capacity
from report_templates.language import Language
from tests.report_templates import example_reviews as examples
from tests.report_templates.test_render import review


def rows_of_csv(name: str) -> list[list[str]]:
    return list(csv.reader(StringIO(actions_csv(review(name)).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", ["ordinary_zh", "ordinary_en", "hostile_zh", "tiny_zh"])
def test_both_sheets_hold_every_action_in_order(name):
    head, *rows = rows_of_csv(name)
    assert [row[0] for row in rows] == [action.action_id for action in review(name).actions]
    sheet = openpyxl.load_workbook(BytesIO(actions_xlsx(review(name)))).worksheets[0]
    assert [cell.value for cell in sheet[1]] == head
    assert [sheet.cell(row, 1).value for row in range(2, len(rows) + 2)] == [row[0] for row in rows]


def test_no_cell_of_the_csv_starts_a_formula():
    for row in rows_of_csv("hostile_zh")[1:]:
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any("'=HYPERLINK" in cell for row in rows_of_csv("hostile_zh") for cell in row)


def test_no_cell_of_the_workbook_is_a_formula_or_a_link():
    book = openpyxl.load_workbook(BytesIO(actions_xlsx(review("hostile_zh"))))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            assert cell.data_type != "f"
            assert cell.hyperlink is None
    assert any(cell.value == '=HYPERLINK("http://x")' for row in sheet.iter_rows() for cell in row)


def test_only_result_and_note_can_be_edited_and_result_has_a_list():
    sheet = openpyxl.load_workbook(BytesIO(actions_xlsx(review("ordinary_en")))).worksheets[0]
    head = [cell.value for cell in sheet[1]]
    open_columns = [head[place] for place, cell in enumerate(sheet[2]) if not cell.protection.locked]
    assert open_columns == ["Result", "Note"]
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "E2"
    (rule,) = sheet.data_validations.dataValidation
    words = [teller(Language("en", "GBP")) for teller in RESULTS.values()]
    assert rule.formula1 == '"' + ",".join(words) + '"'
    assert len(rule.formula1) <= 257


def test_the_sheets_have_the_same_bytes_every_time():
    assert actions_xlsx(review("ordinary_zh")) == actions_xlsx(review("ordinary_zh"))
    assert actions_csv(review("ordinary_zh")).startswith(b"\xef\xbb\xbf")


def test_a_refused_cell_is_an_error():
    with pytest.raises(SheetError, match="text cell"):
        _accept(-2, "text cell")


def test_a_name_longer_than_a_cell_is_cut_not_lost():
    store = examples.ordinary_store("en")
    long_name = replace(store, actions=(replace(store.actions[0], contact_name="x" * 40_000),))
    sheet = openpyxl.load_workbook(BytesIO(actions_xlsx(long_name))).worksheets[0]
    assert len(sheet.cell(2, 4).value) == 32_767


def test_contacts_past_the_capacity_are_marked_but_promised_ones_never():
    actions = examples.actions_of(30, 1, "en")
    owner = actions[0].associate_id
    own = [action for action in actions if action.associate_id == owner and action.uses_capacity]
    beyond = beyond_capacity(actions, {owner: 5})
    assert beyond == {action.action_id for action in own[5:] if not action.is_promised}
