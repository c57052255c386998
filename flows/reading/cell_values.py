"""What a spreadsheet's cell *is*, as text: numbers as Excel holds them, serials as ISO dates, never a guess from the look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import polars as pl

FormatKind = Literal["number", "date", "datetime", "time", "elapsed"]

UNCACHED_FORMULA = "#UNCACHED!"
"""Text of a formula whose result the file does not hold: opening and saving it in Excel or WPS computes it."""

EXACT_BELOW = 10**15  # Excel keeps 15 significant digits: what is longer has lost some before it came to us
PLAIN_ABOVE = Decimal("1e-20")
MILLISECONDS_A_DAY = 86_400_000

# The ids a number format may have without being written out (ECMA-376 part 1, 18.8.30). 27–36 and 50–58 are the East
# Asian ones, read as zh-CN does; fastexcel and openpyxl take them for plain numbers.
BUILT_IN_FORMATS: dict[int, FormatKind] = {
    **dict.fromkeys((14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "date"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), "time"),
    22: "datetime",
    46: "elapsed",
}

NOT_FORMAT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|AM/PM|A/P|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Styles:
    """How a workbook's cells are to be read: the kind of each cell style's number format, and its first day."""

    kinds: Sequence[FormatKind]
    is_1904: bool = False


def format_kind(format_id: int, code: str | None = None) -> FormatKind:
    """What a number format shows. `code` is the custom format under that id, None for a built-in one."""
    if code is None:
        return BUILT_IN_FORMATS.get(format_id, "number")
    shown = NOT_FORMAT_LETTERS.sub("", code.split(";")[0]).lower()
    if "[" in shown:
        return "elapsed"
    has_time = "h" in shown or "s" in shown
    has_date = "y" in shown or "d" in shown or ("m" in shown and not has_time)
    if has_date:
        return "datetime" if has_time else "date"
    return "time" if has_time else "number"


def cell_texts(cells: pl.DataFrame, styles: Styles) -> pl.DataFrame:
    """Cells as text: row, column (both as they came) and text; cells that hold nothing are left out.

    `cells`: one row per cell: row, column, kind (String: "n" number, "b" boolean, "d" ISO date; any other is text as it
    stands), value (String), style (Int64, position in `styles.kinds`; null or outside: no format).
    """
    kinds = pl.DataFrame({"style": range(len(styles.kinds)), "format": styles.kinds},
                         schema={"style": pl.Int64, "format": pl.String})  # fmt: skip
    values = pl.col("value").str.strip_chars()
    texts = [cells.filter(~pl.col("kind").is_in(["n", "b", "d"])).with_columns(text="value")]
    truth = cells.filter(pl.col("kind") == "b")
    texts.append(truth.with_columns(text=values.replace({"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"})))
    is_numeric = pl.col("kind").is_in(["n", "d"])
    numeric = cells.filter(is_numeric).with_columns(value=values).join(kinds, on="style", how="left")
    texts.append(numeric.filter(pl.col("kind") == "d").with_columns(text=_iso_text()))
    numeric = numeric.filter(pl.col("kind") == "n")
    is_plain = pl.col("format").fill_null("number") == "number"
    plain = numeric.filter(is_plain)
    texts.append(plain.with_columns(text=number_texts(plain["value"])))
    texts.append(_serial_texts(numeric.filter(~is_plain), is_1904=styles.is_1904))
    wanted = [frame.select("row", "column", "text") for frame in texts if frame.height]
    if not wanted:
        return cells.select("row", "column", text="value").clear()
    return pl.concat(wanted).filter(pl.col("text") != "")


def number_texts(values: pl.Series) -> pl.Series:
    """Numbers as a spreadsheet stores them (String), as it holds them: 15 significant digits, no exponent, no ".0".

    From 1E+15 on digits may have been lost: those keep an exponent, which no id, phone or amount may have.
    """
    as_it_stands = values.str.contains(r"^(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])$") & (
        values.str.len_bytes() <= 16
    )
    if as_it_stands.all():
        return values
    others = values.filter(~as_it_stands).unique()
    texts = [_number_text(value) for value in others]
    return values.replace(others, pl.Series(texts, dtype=pl.String))


def _number_text(value: str) -> str:
    if not re.fullmatch(r"[+-]?(\d++(\.\d*+)?|\.\d++)([eE][+-]?\d{1,4})?", value, re.ASCII):
        return value
    number = float(value)
    if abs(number) >= EXACT_BELOW:
        return _with_exponent(f"{number:.16E}")
    shown = Decimal(f"{number:.15g}")
    if shown and abs(shown) < PLAIN_ABOVE:
        return _with_exponent(f"{number:.14E}")
    text = format(shown, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _with_exponent(text: str) -> str:
    mantissa, _, exponent = text.partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}" if exponent else text


def _iso_text() -> pl.Expr:
    """Cells that hold an ISO date themselves (`t="d"`): with a blank for T, and without a midnight nobody sees."""
    text = pl.col("value").str.replace(r"^(\d{4}-\d\d-\d\d)T", "${1} ")
    is_date = pl.col("format") == "date"
    return pl.when(is_date).then(text.str.replace(r" 00:00:00(\.0+)?Z?$", "")).otherwise(text)


def _serial_texts(cells: pl.DataFrame, *, is_1904: bool) -> pl.DataFrame:
    """Numbers whose format shows a date, a time or a span. What is no date (below zero, after 9999) stays a number."""
    last = 2_957_003 if is_1904 else 2_958_465
    serial = pl.col("value").cast(pl.Float64, strict=False)
    is_elapsed = pl.col("format") == "elapsed"
    in_range = (serial.is_between(0, last + 0.99999999) | (is_elapsed & (serial.abs() < 1e6))).fill_null(False)
    # Excel computes to the millisecond: 46298.7534722222 is 18:05:00, not 18:04:59.999998
    cells = cells.with_columns(at=pl.when(in_range).then((serial * MILLISECONDS_A_DAY).round()).cast(pl.Int64))
    beyond = cells.filter(pl.col("at").is_null())
    beyond = beyond.with_columns(text=number_texts(beyond["value"]))
    within = cells.filter(pl.col("at").is_not_null()).with_columns(
        day=pl.col("at") // MILLISECONDS_A_DAY, rest=pl.col("at") % MILLISECONDS_A_DAY
    )
    epoch_day = (
        pl.col("day") - 24_107
        if is_1904
        # Lotus took 1900 for a leap year and Excel followed: day 60 is 29 February 1900, which was none
        else pl.when(pl.col("day") > 60).then(pl.col("day") - 25_569).otherwise(pl.col("day") - 25_568)
    )
    moment = (epoch_day * MILLISECONDS_A_DAY + pl.col("rest")).cast(pl.Datetime("ms"))
    time_text = pl.when(pl.col("rest") % 1000 == 0).then(moment.dt.strftime("%H:%M:%S")).otherwise(
        moment.dt.strftime("%H:%M:%S%.3f")
    )  # fmt: skip
    date_text = moment.dt.strftime("%Y-%m-%d")
    if not is_1904:
        date_text = (
            pl.when(pl.col("day") == 0).then(pl.lit("1900-01-00"))
            .when(pl.col("day") == 60).then(pl.lit("1900-02-29"))
            .otherwise(date_text)
        )  # fmt: skip
    shows_time = pl.col("format").is_in(["datetime", "time"]) | (pl.col("rest") != 0)
    span = pl.col("at").abs()
    seconds = (span // 1000 % 60).cast(pl.String).str.zfill(2)
    elapsed_text = pl.format(
        "{}{}:{}:{}",
        pl.when(pl.col("at") < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        span // 3_600_000,
        (span // 60_000 % 60).cast(pl.String).str.zfill(2),
        pl.when(span % 1000 == 0)
        .then(seconds)
        .otherwise(pl.format("{}.{}", seconds, (span % 1000).cast(pl.String).str.zfill(3))),
    )
    elapsed = within.filter(is_elapsed).with_columns(text=elapsed_text)
    moments = within.filter(~is_elapsed)
    timed = moments.filter(shows_time).with_columns(
        text=pl.when((pl.col("format") == "time") & (pl.col("day") == 0))
        .then(time_text)
        .otherwise(pl.format("{} {}", date_text, time_text))
    )
    dated = moments.filter(~shows_time).with_columns(text=date_text)
    return pl.concat([part.select("row", "column", "text") for part in (beyond, elapsed, timed, dated)])
