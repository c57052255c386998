"""What values look like, whatever their headers say."""

from __future__ import annotations

import polars as pl
import pytest

from transforms import profiling


def lines(count: int) -> pl.Series:
    return pl.Series(range(2, count + 2), dtype=pl.Int64)


def reading(*cells: str):
    return profiling.date_reading(pl.Series(cells, dtype=pl.String), lines(len(cells)))


@pytest.mark.parametrize(
    ("kind", "cells", "others"),
    [
        ("mobile", ["19900000001", "199 0000 0002", "+8619900000003"], ["6901234567890", "555-0101", "29900000001"]),
        ("phone", ["+1 202-555-0101", "021-5550 0101", "19900000001"], ["AB-1", "2026年", "a1234567"]),
        ("masked", ["199****0001", "1**********"], ["19900000001", "****"]),
        ("email", ["a@example.com"], ["a@example", "@", "a b@example.com"]),
        ("date", ["2026-10-03", "2026/1/3 8:05", "2026年10月3日", "03/10/2026", "3.10.26", "20261003", "3-Oct-2026", "2026-10-03T08:00:00"],
         ["46298", "12345678", "10:30", "1.5.2"]),
        ("clock", ["18:05", "8:05:09", "6:05 PM"], ["1805", "2026-10-03 18:05"]),
        ("number", ["12", "-3.5", "1,234.50", "1.234,50", "$1,234.50", "(12.00)", "¥ 8", "12元", "12.00-"], ["twelve", "12 pcs", "1e3", "A1"]),
        ("code", ["AU0101", "690123", "A-1/2"], ["Rose", "金 1", "A 1"]),
        ("person_zh", ["王小明", "欧阳娜娜", "李女士"], ["足金转运珠", "A王"]),
        ("person_latin", ["Anna Example", "J. O'Neil"], ["Anna", "rose ring", "AU0101"]),
        ("scientific", ["6.9E+12", "1e10"], ["E10", "6.9"]),
    ],
)  # fmt: skip
def test_a_cell_is_of_its_kind_and_of_no_other(kind, cells, others):
    pattern = profiling.PATTERNS[kind]
    assert pl.Series(cells).str.contains(pattern).to_list() == [True] * len(cells)
    assert pl.Series(others).str.contains(pattern).to_list() == [False] * len(others)


def test_a_profile_has_one_row_per_column_and_counts_the_whole_column():
    rows = pl.DataFrame({"0": ["a1", "b2", None, ""], "1": ["", "", "", ""], "2": ["1", "2", "2", "x"]})
    profiles = profiling.column_profiles(rows)
    assert profiles.select("column", "filled", "distinct").rows() == [("0", 2, 2), ("1", 0, 0), ("2", 4, 3)]
    assert profiles.select("code", "number", "longest").rows() == [(1.0, 0.0, 2), (0.0, 0.0, 0), (0.75, 0.75, 1)]


def test_the_sample_is_the_same_each_time_and_holds_whole_stretches():
    rows = pl.DataFrame({"0": [str(number) for number in range(100_000)]})
    sample = profiling.sampled(rows)["0"].cast(pl.Int64)
    assert len(sample) == profiling.SAMPLE_ROWS
    assert sample[0] == 0 and sample[-1] == 99_999
    assert (sample.diff().drop_nulls() == 1).sum() == profiling.SAMPLE_ROWS - profiling.SAMPLE_BLOCKS
    assert sample.equals(profiling.sampled(rows)["0"].cast(pl.Int64))


# ---- days


@pytest.mark.parametrize(
    ("cells", "order", "proven"),
    [
        (["2026-10-03", "2026-10-31"], "ymd", True),
        (["03/10/2026", "13/10/2026"], "dmy", True),
        (["10/03/2026", "10/13/2026"], "mdy", True),
        (["03.10.26 18:05", "31.10.26 18:05"], "dmy", True),
        (["03/10/2026"], None, False),
        (["13/10/2026", "10/13/2026"], None, False),
        (["01/10/2026", "02/10/2026", "03/10/2026", "04/10/2026"], "dmy", False),  # the day varies, not the month
        (["10/01/2026", "10/02/2026", "10/03/2026", "10/04/2026"], "mdy", False),
        (["05/09/2026", "12/09/2026", "01/10/2026", "08/10/2026"], "dmy", False),  # the file runs in order of time
        (["26/10/01", "26/10/02", "26/10/03"], None, False),  # the year may come first
        (["2026-10-03", "13/10/2026"], "dmy", True),
    ],
)  # fmt: skip
def test_the_order_of_days_is_decided_from_the_whole_column(cells, order, proven):
    told = reading(*cells)
    assert (told.order, told.is_proven) == (order, proven), told.why


def test_a_column_without_days_has_none():
    told = reading("soon", "", "later")
    assert (told.formats, told.other) == ((), 2)


def test_one_cell_in_half_a_million_decides():
    cells = pl.Series(["03/10/2026"] * 499_999 + ["13/10/2026"])
    told = profiling.date_reading(cells, lines(500_000))
    assert told.order == "dmy"
    assert "line 500001" in told.why


def test_mixed_ways_are_counted_with_the_first_line_of_each():
    told = reading("2026-10-03", "2026-10-04", "13/10/2026", "n/a", "2026/10/05")
    assert [(form.shape, form.cells, form.line) for form in told.formats] == [
        ("YYYY-MM-DD", 2, 2), ("DD/MM/YYYY", 1, 4), ("YYYY/MM/DD", 1, 6),
    ]  # fmt: skip
    assert told.other == 1


def test_a_column_that_mixes_day_first_and_month_first_says_so():
    told = reading("13/10/2026", "10/14/2026", "10/15/2026")
    assert told.order is None
    assert "1 cells can only be day first (line 2), 2 only month first (line 3)" in told.why


def test_a_day_out_of_the_order_is_counted_apart():
    told = reading("13/10/2026", "14/10/2026", "15/15/2026")
    assert [form.shape for form in told.formats] == ["DD/MM/YYYY", "not dmy: ??/??/YYYY"]


# ---- numbers


@pytest.mark.parametrize(
    ("cells", "is_comma"),
    [
        (["12.50", "1,234.50"], False), (["12,50", "1.234,50"], True), (["12", "1,234"], None), (["1.234"], None), (["12.50", "12,50"], None),
        (["1.234.567"], True), (["1,234,567"], False), (["$1,234.50 "], False), (["12,5 €"], True), (["(12.00)"], False), (["0.12345"], False),
    ],
)  # fmt: skip
def test_the_decimal_sign_is_shown_or_not(cells, is_comma):
    told = profiling.decimal_reading(pl.DataFrame({"0": cells}), lines(len(cells)))
    assert told.is_comma is is_comma


@pytest.mark.parametrize(
    ("text", "decimal_comma", "value"),
    [("$1,234.50 ", False, 1234.5), ("1.234,50", True, 1234.5), ("(12.00)", False, -12.0), ("¥ 8", False, 8.0), ("x", False, None)],
)  # fmt: skip
def test_amounts_for_comparing(text, decimal_comma, value):
    frame = pl.DataFrame({"cell": [text]})
    assert frame.select(profiling.numbers(pl.col("cell"), decimal_comma=decimal_comma)).item() == value


def test_quantity_times_price_is_the_amount_signs_apart():
    quantity, price = pl.Series([2.0, -1.0, 3.0, 0.0]), pl.Series([9.99, 5.0, 0.335, 7.0])
    assert profiling.share_that_multiplies(quantity, price, pl.Series([19.98, -5.0, 1.01, 0.0])) == (1.0, 3)
    assert profiling.share_that_multiplies(quantity, price, pl.Series([19.98, -4.0, 1.01, 0.0])) == (2 / 3, 3)


# ---- columns together


def test_keys_that_determine_a_value_count_only_where_they_stand_twice():
    key, value = pl.Series(["a", "a", "b", "b", "c", ""]), pl.Series(["x", "x", "x", "y", "z", "w"])
    assert profiling.share_constant_within(key, value) == (0.5, 2)


def test_shared_values_are_counted_once_each_and_however_spreadsheets_wrote_them():
    assert profiling.share_found(
        pl.Series(["17850.0", "17850", " 2 ", "3", None, ""]), pl.Series(["17850", "2", "9"])
    ) == (2 / 3, 3)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("19900000001", "199****0001"), ("王小明", "王**"), ("Anna Example", "A*** *******"), ("a.b@example.com", "a***@***"), ("AU0101", "A*9999"),
     ("'19900000001", "199****0001"), ("+1 202-555-0101", "+1 ****0101")],
)  # fmt: skip
def test_what_may_be_somebodys_keeps_its_form_and_loses_its_content(text, shown):
    assert profiling.masked(text) == shown
