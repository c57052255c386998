# ruff: noqa: E501    (one text is one line)
"""The store's own action sheets, with full names and phones: actions.csv and actions.xlsx, for those who must call."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO

import xlsxwriter

from report_templates.language import Language, money_places, rounded
from report_templates.reason_sentences import channel, kind, reason, what_to_say
from schemas.period import Month
from schemas.review import Action, Review

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MAX_TEXT = 32_767
"""What a spreadsheet cell holds."""
OPEN_COLUMNS = ("result", "note")
"""The columns that the store fills in."""

RESULTS: dict[str, Callable[[Language], str]] = {
    "reached": lambda say: say.text("Reached"),
    "came_in": lambda say: say.text("Came in"),
    "not_reached": lambda say: say.text("Not reached"),
    "postponed": lambda say: say.text("Postponed"),
    "declined": lambda say: say.text("Declined"),
    "do_not_contact": lambda say: say.text("Do not contact again"),
}
"""Code of a result → its words in the drop-down."""


@dataclass(frozen=True)
class Column:
    """One column of the sheet: its name, how wide it is, and what it says of an action."""

    name: str
    width: int
    header: str
    cell: Callable[[Action], str | Decimal]


class SheetError(RuntimeError):
    """The spreadsheet writer refused a cell, a list or a range."""


def beyond_capacity(actions: Sequence[Action], capacities: dict[str | None, int]) -> frozenset[str]:
    """The action ids of contacts that no longer fit their associate's capacity, counted in the order of the list."""
    used: dict[str | None, int] = {}
    beyond = set()
    for action in actions:
        if not action.uses_capacity or action.associate_id not in capacities:
            continue
        used[action.associate_id] = used.get(action.associate_id, 0) + 1
        if used[action.associate_id] > capacities[action.associate_id] and not action.is_promised:
            beyond.add(action.action_id)
    return frozenset(beyond)


def capacities(review: Review) -> dict[str | None, int]:
    """Contacts that each associate can make; nothing for what nobody owns."""
    return {row.associate_id: row.capacity for row in review.associates if row.associate_id is not None}


def columns(review: Review, say: Language) -> tuple[Column, ...]:
    """The columns in their fixed order, said in the reader's language."""
    places = money_places(review.currency)
    beyond = beyond_capacity(review.actions, capacities(review))
    yes = say.text("yes")
    return (
        Column("action_id", 18, say.text("Action ID"), lambda a: a.action_id),
        Column("due", 11, say.text("Due"), lambda a: a.due_on.isoformat()),
        Column("associate", 12, say.text("Associate"), lambda a: a.associate_name or say.text("Unassigned")),
        Column("customer", 16, say.text("Customer"), lambda a: a.contact_name or a.person.masked_name),
        Column("phone", 16, say.text("Phone number"), lambda a: a.contact_phone or ""),
        Column("vip", 6, say.text("VIP"), lambda a: yes if a.is_vip else ""),
        Column("kind", 16, say.text("What"), lambda a: kind(say, a.kind)),
        Column("reason", 46, say.text("Why"), lambda a: reason(say, a, review.as_of)),
        Column("say", 52, say.text("What to say"), lambda a: what_to_say(say, a)),
        Column("channel", 10, say.text("Channel"), lambda a: channel(say, a.channel)),
        Column(
            "value", 12, say.text("Value ({unit})", unit=say.money_unit), lambda a: rounded(a.value_at_stake, places)
        ),
        Column("beyond", 10, say.text("Beyond capacity"), lambda a: yes if a.action_id in beyond else ""),
        Column("result", 16, say.text("Result"), lambda a: ""),
        Column("note", 30, say.text("Note"), lambda a: ""),
    )


def actions_csv(review: Review) -> bytes:
    """One row per action, UTF-8 with BOM; a text that a spreadsheet would run as a formula gets a leading apostrophe."""
    sheet = columns(review, Language(review.locale, review.currency))
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.header for column in sheet])
    for action in review.actions:
        writer.writerow([_harmless(column.cell(action)) for column in sheet])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _harmless(cell: str | Decimal) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def actions_xlsx(review: Review) -> bytes:
    """The same rows for Excel: result as a drop-down, all but result and note protected, and a sheet that explains."""
    say = Language(review.locale, review.currency)
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({
        "title": say.text("Actions for {month}", month=say.month(Month.parse(review.month).next)),
        "author": review.chain_name, "created": datetime.combine(review.as_of, time(), UTC).replace(tzinfo=None),
    })  # fmt: skip
    _write_actions(book, review, say)
    _write_instructions(book, say)
    book.close()
    return file.getvalue()


def _write_actions(book: xlsxwriter.Workbook, review: Review, say: Language) -> None:
    sheet = book.add_worksheet(say.text("Actions"))
    font = {"font_name": "Microsoft YaHei" if say.is_chinese else "Calibri", "font_size": 10, "valign": "top"}
    places = money_places(review.currency)
    head = book.add_format({**font, "bold": True, "bottom": 1, "bg_color": "#F4F6F8", "text_wrap": True})
    plain = book.add_format({**font, "text_wrap": True, "bottom": 4, "bottom_color": "#D8DDE3"})
    money = book.add_format({**font, "num_format": "#,##0" + ("." + "0" * places if places else ""), "bottom": 4,
                             "bottom_color": "#D8DDE3"})  # fmt: skip
    to_fill = book.add_format({**font, "text_wrap": True, "locked": False, "bg_color": "#FFFBEA", "bottom": 4,
                               "bottom_color": "#D8DDE3"})  # fmt: skip
    layout = columns(review, say)
    for place, column in enumerate(layout):
        _accept(sheet.set_column(place, place, column.width), "column width")
        _accept(sheet.write_string(0, place, column.header, head), "header")
    for row, action in enumerate(review.actions, start=1):
        for place, column in enumerate(layout):
            cell = column.cell(action)
            if isinstance(cell, Decimal):
                _accept(sheet.write_number(row, place, float(cell), money), "money cell")
            else:
                form = to_fill if column.name in OPEN_COLUMNS else plain
                _accept(_write_text(sheet, row, place, cell, form), "text cell")
    last = max(len(review.actions), 1)
    result = next(place for place, column in enumerate(layout) if column.name == "result")
    _accept(sheet.data_validation(1, result, last, result, {
        "validate": "list", "source": [teller(say) for teller in RESULTS.values()],
        "error_title": say.text("Result"), "error_message": say.text("Please choose from the list."),
    }), "drop-down")  # fmt: skip
    sheet.freeze_panes(1, 4)
    _accept(sheet.autofilter(0, 0, last, len(layout) - 1), "filter")
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write_text(sheet: object, row: int, place: int, text: str, form: object) -> int:
    """A string that stays a string, or a blank with its format."""
    if not text:
        return sheet.write_blank(row, place, None, form)  # type: ignore[attr-defined]
    return sheet.write_string(row, place, text[:MAX_TEXT], form)  # type: ignore[attr-defined]


def _accept(code: object, what: str) -> None:
    if isinstance(code, int) and code < 0:
        raise SheetError(f"actions.xlsx: the {what} was refused (code {code})")


def _write_instructions(book: xlsxwriter.Workbook, say: Language) -> None:
    sheet = book.add_worksheet(say.text("How to use"))
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "font_size": 11})
    sheet.set_column(0, 0, 100)
    lines = (
        say.text("One row is one thing to do. Work from the top: promised and owed things come first."),
        say.text(
            "Fill in the two coloured columns only: choose the result from the list, and add a note if you learned something."
        ),
        say.text(
            "Leave the action ID as it is: next month's review finds the row by it. Its first 8 characters are printed in the PDF."
        ),
        say.text(
            "Keep to the channel given: it is what the customer agreed to. “In store” means: only when they come in."
        ),
        say.text("“Beyond capacity” marks contacts that did not fit this month's time; do them if there is time left."),
        say.text("This file holds full names and phone numbers. It is for this store only: do not forward it."),
    )
    for row, line in enumerate(lines):
        _accept(sheet.write_string(row, 0, line, wrapped), "instruction")
    sheet.protect()
