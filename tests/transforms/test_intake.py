"""A cell becomes the value its role asks for, or a problem; never something else."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.intake import RoleText, typed_rows


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
