"""The loop closes: lists are published, come back filled in, and the next month reads what they brought."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from flows.config import Workspace, read_settings
from flows.ingest import FileOutcome, ingest
from flows.lake import Lake
from flows.monthly_review import review_month
from flows.past_lists import BrokenReview, digest, loop_before
from flows.rendering import Rendered
from report_templates.action_sheet import RESULTS
from report_templates.language import Language
from schemas.effect import HELD_OUT_SHARE, RESULT_WORDS
from schemas.period import Month
from tests.schemas.worked_examples import CHAIN_TOML, cell, receipts

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)
PEOPLE = 120


class Nobody:
    """Watches a run and says nothing."""

    def stage(self, name: str) -> None: ...
    def note(self, text: str) -> None: ...
    def file(self, outcome: FileOutcome) -> None: ...
    def pages(self, total: int) -> None: ...
    def page(self, result: Rendered) -> None: ...


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    header = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(header), *(",".join(cell(row.get(name)) for name in header) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A store whose regulars fell silent, reviewed in September; everybody is invented. Capacity for all of them."""
    workspace = Workspace(tmp_path_factory.mktemp("shop"))
    workspace.inbox.mkdir()
    workspace.chain_toml.write_text(CHAIN_TOML + "[rules]\ncapacity = 1000\n", encoding="utf-8")
    members = [f"m{n:03d}" for n in range(PEOPLE)]
    bought = [f"2026-02-{1 + n % 28:02d} s1 {member} {100 + n}" for n, member in enumerate(members)]
    orders = receipts(
        *bought, "2026-09-09 s1 - 10", "2026-10-09 s1 - 10", "2026-10-20 s1 m001 50", "2026-10-21 s1 m002 70"
    )
    write_rows(workspace.inbox / "orders.csv", [dict(row) for row in orders])
    write_rows(workspace.inbox / "customers.csv", [
        {"member_id": member, "name": f"张{n}", "phone": f"199{n:08d}", "consent_phone": True} for n, member in enumerate(members)
    ])  # fmt: skip
    review(workspace, SEPTEMBER, datetime(2026, 10, 1, 6))
    return workspace


def review(workspace: Workspace, month: Month, now: datetime) -> dict[str, Any]:
    """The store's review.json of a published month."""
    settings = read_settings(workspace)
    review_month(workspace, settings, month, now=now, watcher=Nobody())
    return published(workspace, month)


def published(workspace: Workspace, month: Month) -> dict[str, Any]:
    told = json.loads((workspace.published / str(month) / "stores" / "s1" / "review.json").read_bytes())
    assert isinstance(told, dict)
    return told


def sheet_rows(workspace: Workspace, results: Callable[[dict[str, str]], str]) -> list[list[str]]:
    """The published actions.csv, filled in."""
    text = (workspace.published / str(SEPTEMBER) / "stores" / "s1" / "actions.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        row["Result"] = results(row)
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def test_the_held_out_are_in_the_data_and_on_no_list(shop: Workspace):
    told = published(shop, SEPTEMBER)
    listed, held = told["tables"]["actions"], told["tables"]["held_out"]
    assert held and len(held) <= 3 * HELD_OUT_SHARE * PEOPLE
    assert not {row["action_id"] for row in listed} & {row["action_id"] for row in held}
    assert {row["kind"] for row in held} <= {"win_back", "long_absent"}
    assert told["metrics"]["actions"] == len(listed)
    folder = shop.published / str(SEPTEMBER) / "stores" / "s1"
    assert not any(row["action_id"] in (folder / "actions.csv").read_text("utf-8-sig") for row in held)
    chain = json.loads((shop.published / str(SEPTEMBER) / "chain" / "review.json").read_bytes())
    assert "held_out" not in chain["tables"]


def test_a_filled_in_list_comes_back_as_contacts_and_the_next_month_tells_what_it_brought(shop: Workspace):
    results = {"19900000001": "Reached", "19900000002": "Reached", "19900000003": "Not reached",
               "19900000004": "Do not contact again"}  # fmt: skip
    rows = sheet_rows(shop, lambda row: results.get(row["Phone number"], ""))
    phone = rows[0].index("Phone number")
    rows = [
        rows[0],
        *([*row[:phone], "" if row[phone].endswith("4") else row[phone], *row[phone + 1 :]] for row in rows[1:]),
    ]
    assert len(rows) > 50
    with (shop.inbox / "S1 actions back.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    before = review(shop, SEPTEMBER, datetime(2026, 11, 1, 6))["tables"]
    told = review(shop, OCTOBER, datetime(2026, 11, 1, 7))
    sources = {row["source"] for row in told["tables"]["files"]}
    assert "regulars_actions" in sources
    (row,) = told["tables"]["outcomes_total"]
    listed = len(before["actions"])
    assert (row["listed"], row["done"], row["not_reached"], row["open"]) == (listed, 3, 1, listed - 4)
    assert row["came_back"] == 2 and row["net_sales"] == 120.0
    assert told["metrics"]["actions_listed"] == len(before["actions"])
    assert told["metrics"]["actions_done_share"] == pytest.approx(3 / len(before["actions"]), abs=1e-6)
    assert told["metrics"]["actions_came_back_share"] == pytest.approx(2 / 3, abs=1e-6)
    assert {row["person"]["phone_tail"] for row in told["tables"]["came_back"]} == {"0001", "0002"}
    asked = {row["person"]["phone_tail"] for row in told["tables"]["actions"]}
    assert "0005" in asked and "0004" not in asked, "who asks to be left alone is, though the sheet lost the number"


def test_a_re_run_reads_the_same_lists_and_gives_the_same_bytes(shop: Workspace):
    settings = read_settings(shop)
    first = loop_before(shop, settings, OCTOBER)
    assert first.lists.height and digest(first) == digest(loop_before(shop, settings, OCTOBER))
    files = {path: path.read_bytes() for path in sorted((shop.published / str(OCTOBER)).rglob("*")) if path.is_file()}
    manifest = json.loads((shop.published / str(OCTOBER) / "manifest.json").read_bytes())
    assert manifest["lists_of_earlier_months"] == digest(first)
    (shop.published / str(OCTOBER)).rename(shop.root / "aside")
    review(shop, OCTOBER, datetime(2027, 1, 1))
    assert {path: path.read_bytes() for path in files} == files


def test_without_the_earlier_month_nothing_is_said_and_a_broken_one_is_named(shop: Workspace):
    settings = read_settings(shop)
    assert loop_before(shop, settings, SEPTEMBER).lists.is_empty()
    path = shop.published / str(SEPTEMBER) / "stores" / "s1" / "review.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:200])
    try:
        with pytest.raises(BrokenReview, match=r"2026-09/stores/s1/review\.json"):
            loop_before(shop, settings, OCTOBER)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_the_spreadsheet_with_its_second_sheet_lands_in_both_languages(locale: str, tmp_path: Path):
    say = Language(locale, "CNY")
    workspace = Workspace(tmp_path)
    workspace.inbox.mkdir()
    workspace.chain_toml.write_text(CHAIN_TOML, encoding="utf-8")
    header = [say.text(name) for name in ("Action ID", "Due", "Associate", "Customer", "Phone number", "What", "Channel",
                                          "Result", "Note")]  # fmt: skip
    book = xlsxwriter.Workbook(str(workspace.inbox / "actions.xlsx"))
    sheet = book.add_worksheet(say.text("Actions"))
    for place, text in enumerate(header):
        sheet.write_string(0, place, text)
    for number, tell in enumerate(RESULTS.values(), start=1):
        row = [
            f"{number:016x}",
            f"2026-10-{number:02d}",
            "Anna",
            "李四",
            f"1990000000{number}",
            "x",
            "y",
            tell(say),
            "",
        ]
        for place, text in enumerate(row):
            sheet.write_string(number, place, text)
    book.add_worksheet(say.text("How to use")).write_string(0, 0, say.text("Leave the action ID as it is: next month's review finds the row by it. Its first 8 characters are printed in the PDF."))  # fmt: skip
    book.close()
    report = ingest(workspace, read_settings(workspace), now=datetime(2026, 11, 1))
    assert not report.left_in_inbox, [file.message for file in report.left_in_inbox]
    lake = Lake(workspace.lake)
    contacts = lake.scan("contacts", lake.ledger(None)).collect().sort("action_id")
    assert contacts["action_id"].to_list() == [f"{n:016x}" for n in range(1, len(RESULTS) + 1)]
    words = {word: code for code, told in RESULT_WORDS.items() for word in told}
    assert [words[result.lower()] for result in contacts["result"].to_list()] == list(RESULTS)
