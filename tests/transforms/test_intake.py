"""A cell becomes the value its role asks for, or a problem; never something else."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.source_formats import INPUT_TABLES, Column, roles_of
from transforms.intake import RoleText, cell_text, proven_date_order, typed_rows


def read(kind: str, text: str | None, *, required: bool = False, **how: str):
    """(value, problem) of one cell."""
    row = typed_rows(
        pl.DataFrame({"cell": [text]}, schema={"cell": pl.String}), [RoleText("cell", kind, required, **how)]
    )
    return row["cell"][0], row["problem_code"][0]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("money", "1234.5", Decimal("1234.50")), ("money", "1,234.50", Decimal("1234.50")), ("money", "¥ 12", Decimal("12.00")),
        ("money", "-3.10", Decimal("-3.10")), ("unit_price", "0.333333", Decimal("0.333333")), ("quantity", "1.5", Decimal("1.500")),
        ("date", "2026-10-03", date(2026, 10, 3)), ("date", "2026/1/3", date(2026, 1, 3)), ("date", "2026年1月3日", date(2026, 1, 3)),
        ("datetime", "2026-10-03 08:05", datetime(2026, 10, 3, 8, 5)), ("datetime", "2026-10-03T08:05:06", datetime(2026, 10, 3, 8, 5, 6)),
        ("bool", "是", True), ("bool", "No", False), ("share", "35%", 0.35), ("share", "0.4", 0.4), ("scale", "10", 10), ("count", "3.0", 3),
        ("phone", "+86 199-0000-0001", "19900000001"), ("phone", "'19900000001", "19900000001"), ("phone", "0086 19900000001", "19900000001"),
        ("email", " A@B.CN ", "a@b.cn"), ("month_day", "1985-10-3", "1985-10-03"), ("month_day", "10-03", "-10-03"),
        ("month_day", "1985年1月2日", "1985-01-02"), ("calendar", "农历", "lunar"), ("id", "\t'69001 ", "69001"), ("text", "　金 ", "金"),
        ("text", "'=1+1", "=1+1"), ("text", "'tis", "'tis"),
    ],
)  # fmt: skip
def test_sound_cells(kind, text, value):
    assert read(kind, text) == (value, None)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "1.234"), ("money", "1e3"), ("money", "12,34"), ("money", "1.2.3"), ("money", "NaN"), ("quantity", "two"),
        ("quantity", "1.2345"), ("date", "2026-02-30"), ("date", "0026-10-03"), ("datetime", "2026-10-03 25:00"),
        ("bool", "maybe"), ("share", "140%"), ("share", "40"), ("scale", "11"), ("count", "-1"), ("phone", "1.99E+10"),
        ("phone", "199 000"[:4]), ("email", "at.home"), ("month_day", "13-01"), ("month_day", "1985"), ("calendar", "moon"),
    ],
)  # fmt: skip
def test_what_is_not_the_value_is_a_problem_and_never_a_guess(kind, text):
    assert read(kind, text) == (None, f"not_{kind}")


SHANGHAI = {"zone": "Asia/Shanghai"}
AT_18_05 = datetime(2026, 10, 3, 18, 5)


@pytest.mark.parametrize(
    ("kind", "text", "value", "how"),
    [
        # times as platforms write them, on the chain's own clock
        ("datetime", "2026-10-03 18:05:00 +0800", AT_18_05, SHANGHAI), ("datetime", "2026-10-03 06:05:00 -04:00", AT_18_05, SHANGHAI),
        ("datetime", "2026-10-03T10:05:00Z", AT_18_05, SHANGHAI), ("datetime", "2026-10-03T10:05:00.000+00:00", AT_18_05, SHANGHAI),
        ("datetime", "2026-10-03 18:05:00 Beijing", AT_18_05, SHANGHAI), ("datetime", "2026-10-03 6:05 AM America/New_York", AT_18_05, SHANGHAI),
        ("datetime", "2026-10-03 06:05:00 Eastern Time (US & Canada)", AT_18_05, SHANGHAI),
        ("datetime", "2026-10-03 06:05:00", AT_18_05, {**SHANGHAI, "time_zone": "America/New_York"}),
        ("datetime", "2026-10-03 18:05:00 +0800", AT_18_05, {**SHANGHAI, "time_zone": "America/New_York"}),
        ("datetime", "2026/10/3 18:05", AT_18_05, {}), ("datetime", "2026/10/3 6:05 PM", AT_18_05, {}), ("datetime", "2026年10月3日 下午6:05", AT_18_05, {}),
        ("datetime", "2026年10月3日18:05:00", AT_18_05, {}), ("datetime", "2026/10/3 上午12:05", datetime(2026, 10, 3, 0, 5), {}),
        ("datetime", "10/3/26 6:05 PM", AT_18_05, {"date_order": "mdy"}), ("datetime", "3.10.2026 18:05", AT_18_05, {"date_order": "dmy"}),
        ("datetime", "2026-10-03 18:05", AT_18_05, {"date_order": "dmy"}), ("date", "31/12/99", date(1999, 12, 31), {"date_order": "dmy"}),
        ("date", "2026-10-03 23:30:00 -0400", date(2026, 10, 4), SHANGHAI), ("date", "20261003", date(2026, 10, 3), {}),
        # amounts with their currency, and as the world writes them
        ("money", '"$1,234.50 "'.strip('"'), Decimal("1234.50"), {}), ("money", "($12.00)", Decimal("-12.00"), {}), ("money", "-$12.00", Decimal("-12.00"), {}),
        ("money", "US$5", Decimal("5.00"), {}), ("money", "CN¥ 5.5", Decimal("5.50"), {}), ("money", "RMB 7", Decimal("7.00"), {}), ("money", "12.00元", Decimal("12.00"), {}),
        ("money", "12.00 USD", Decimal("12.00"), {}), ("money", "1.234,50", Decimal("1234.50"), {"decimal_comma": True}),
        ("money", "1 234,50 €", Decimal("1234.50"), {"decimal_comma": True}), ("money", "1.234", Decimal("1234.00"), {"decimal_comma": True}),
        # ids out of what keeps a spreadsheet from spoiling them
        ("id", '="0123456"', "0123456", {}), ("id", "\t'0123456", "0123456", {}), ("id", "#1001", "#1001", {}), ("id", "1E5", "1E5", {}),
        ("phone", "1**********", None, {}), ("text", "# one of a kind", "# one of a kind", {}),
    ],
)  # fmt: skip
def test_what_platforms_write(kind, text, value, how):
    assert read(kind, text, **how) == (value, None)


@pytest.mark.parametrize(
    ("kind", "text", "code", "how"),
    [
        ("datetime", "10/3/26 6:05 PM", "ambiguous_date", {}), ("date", "03/10/2026", "ambiguous_date", {}), ("date", "03/10/2026", "ambiguous_date", {"date_order": "proven"}),
        ("date", "31/12/2026", "not_date", {"date_order": "mdy"}), ("datetime", "2026-10-03 18:05 PM", "not_datetime", {}), ("datetime", "2026-10-03 23:59:60", "not_datetime", {}),
        ("datetime", "2026-10-03 18:05:00 Atlantis", "not_datetime", SHANGHAI), ("datetime", "2026-10-03 18:05:00 +0800", "not_datetime", {}),
        # in New York there was no such moment: the clock went from 2 to 3
        ("datetime", "2026-03-08 02:30:00", "not_datetime", {**SHANGHAI, "time_zone": "America/New_York"}),
        ("money", "1,2345", "not_money", {}), ("money", "(12", "not_money", {}), ("money", "(-12)", "not_money", {}), ("money", "--5", "not_money", {}), ("money", "ABC 5", "not_money", {}),
        ("money", "12.50", "not_money", {"decimal_comma": True}), ("money", "1.23,50", "not_money", {"decimal_comma": True}),
        ("id", "6.9E+15", "not_id", {}), ("id", "1.38e+10", "not_id", {}), ("id", "12\ufffd4", "lost_character", {}), ("email", "a\ufffd@b.cn", "lost_character", {}),
        *[(kind, error, "spreadsheet_error", {}) for kind in ("id", "text", "money", "datetime") for error in ("#N/A", "#REF!", "#####", "#div/0!")],
    ],
)  # fmt: skip
def test_what_would_be_a_guess_or_is_damaged_has_its_own_reason(kind, text, code, how):
    assert read(kind, text, **how) == (None, code)


def test_no_store_is_called_what_stands_for_the_chain_or_for_none():
    cells = ["S1", "*", " * ", "(unassigned)", "S*", None]

    def codes(table: str, role: str) -> list[str | None]:
        told = roles_of(table)[role]
        rows = typed_rows(pl.DataFrame({role: cells}), [RoleText(role, told.kind, False, told.reserved)])
        assert rows[role].to_list() == [
            cell.strip() if cell and code is None else None
            for cell, code in zip(cells, rows["problem_code"], strict=True)
        ]
        return rows["problem_code"].to_list()

    reserved = [None, "reserved_id", "reserved_id", "reserved_id", None, None]
    stores = {
        (table, name)
        for table in INPUT_TABLES
        for name, role in roles_of(table).items()
        if role.kind == "id" and "store" in name
    }
    assert {(table, role) for table, role in stores if codes(table, role) != reserved} == {("targets", "store_id")}, (
        "only a target can be the chain's"
    )


def test_a_column_is_read_cell_by_cell_whatever_stands_around():
    """The short cuts for what most cells look like change nothing for the others."""
    cells = [
        "2026-10-03 18:05:00",
        " 2026/10/3 18:05",
        None,
        "",
        "2026-10-03 10:05:00 +0000",
        "3/10/26",
        '="2026-10-03 18:05"',
        "#N/A",
    ]
    rows = typed_rows(pl.DataFrame({"cell": cells * 40}), [RoleText("cell", "datetime", False, **SHANGHAI)])[:8]
    assert rows["cell"].to_list() == [AT_18_05, AT_18_05, None, None, AT_18_05, None, AT_18_05, None]
    assert rows["problem_code"].to_list() == [None, None, None, None, None, "ambiguous_date", None, "spreadsheet_error"]


def test_days_after_the_12th_prove_the_order_of_dates():
    assert proven_date_order(pl.Series(["3/10/26 18:05", "13/10/26 18:05", None])) == "dmy"
    assert proven_date_order(pl.Series(["10/3/26", "10/13/2026"])) == "mdy"
    assert proven_date_order(pl.Series(["10/3/26", "2026-10-13"])) == "proven", "nothing is proven"
    assert proven_date_order(pl.Series(["10/13/26", "13/10/26"])) == "proven", "the days contradict each other"


def test_a_roles_text_is_joined_stood_in_for_and_compared():
    rows = pl.DataFrame(
        {
            "0": ["A1", " ", None],
            "1": ["Mug", "Print", "Tea"],
            "2": ["Ann", "Ann", "ann "],
            "3": ["Lee", "", "LEE"],
            "4": ["Ann Lee"] * 3,
        }
    )
    at = {"code": 0, "title": 1, "first": 2, "last": 3, "payer": 4}
    assert cell_text(rows, at, Column(("Code",), or_headers=("Title",))).to_list() == ["A1", "Print", "Tea"]
    assert cell_text(rows, at, Column(("First",), and_headers=("Last", "Middle"))).to_list() == [
        "Ann Lee",
        "Ann",
        "ann LEE",
    ]
    gift = Column(("First",), and_headers=("Last",), unless_same_as=("Payer",))
    assert cell_text(rows, at, gift).to_list() == [None, "Ann", None]
    unknown = cell_text(rows, at, Column(("First",), unless_same_as=("Buyer",)))
    assert unknown.to_list() == [None] * 3, "without the other name nobody is known to be another"


def test_empty_is_unknown_and_a_problem_only_where_required():
    assert read("money", "  ") == (None, None)
    assert read("money", None, required=True) == (None, "missing")


def test_ids_written_as_numbers_and_values_inside_remarks():
    assert read("id", "17850.0", strip_suffix=".0") == ("17850", None)
    assert read("text", "赠:妈妈;场合:生日", extract=r"场合[::]\s*(\S+)") == ("生日", None)


def test_the_first_problem_of_a_row_in_role_order_is_named():
    frame = pl.DataFrame({"a": ["x"], "b": ["y"]})
    row = typed_rows(frame, [RoleText("b", "money", False), RoleText("a", "money", False)])
    assert (row["problem_role"][0], row["problem_code"][0]) == ("b", "not_money")


@settings(deadline=None)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_money_is_read_to_the_cent(amount):
    assert read("money", f"{amount:f}") == (amount, None)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_value_or_a_problem_but_never_a_crash(text):
    for kind in ("money", "date", "datetime", "phone", "month_day", "share", "count", "email"):
        value, problem = read(kind, text)
        assert value is None or problem is None
