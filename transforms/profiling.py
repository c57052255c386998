"""What the values of a file's columns look like, whatever their headers say: kinds, days, decimals, and how columns agree.

Kinds are seen on a fixed sample (the same rows each time); what decides how dates are read is seen on every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from transforms.intake import BLANKS, NO, YES

SAMPLE_ROWS = 8_000
SAMPLE_BLOCKS = 8
"""The sample is whole stretches of the file, so that the rows of an order stay together."""

DAY = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}"
COMPACT_DAY = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
NUMBERED_DAY = r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
NAMED_DAY = r"(?:\d{1,2}[-/ .]?[A-Za-z]{3,9}[-/ .,]+(?:\d{4}|\d{2})|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp][Mm])?"
MONEY_SIGNS = r"[¥￥$£€元]|CN¥|US\$|RMB|CNY|USD|EUR|GBP"

_AMOUNT = rf"^[-+(]?\s*(?:{MONEY_SIGNS})?\s*[-+]?\d[\d.,']*\)?\s*(?:{MONEY_SIGNS})?-?$"
PATTERNS: dict[str, str] = {
    "phone": r"^\+?[\d\s\-()（）]{7,20}$",
    "mobile": r"^(?:\+?86[\s-]?|0086)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}$",
    "masked": r"^\+?\d{1,4}\*{3,}\d{0,4}$",
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "date": rf"^(?:{DAY}|{COMPACT_DAY}|{NUMBERED_DAY}|{NAMED_DAY})日?(?:[T\s]|$)",
    "with_clock": rf"\d日?[T\s]+(?:上午|下午)?{CLOCK}",
    "clock": rf"^(?:上午|下午)?{CLOCK}$",
    "serial": r"^[34]\d{4}(?:\.\d+)?$",
    "month_day": r"^(?:--?)?\d{1,2}[-/.月]\d{1,2}日?$",
    "month": r"^\d{4}[-/.年](?:0?[1-9]|1[0-2])月?$",
    "number": _AMOUNT,
    "whole": r"^[-+]?\d{1,12}(?:[.,]0+)?$",
    "negative": r"^[-(]|-$",
    "shows_point": r"(?:^|[^\d.,])\d*(?:,\d{3})*\.(?:\d{1,2}|\d{4,})(?:[^\d.,]|$)|,\d{3}\.\d|,\d{3},\d{3}",
    "shows_comma": r"(?:^|[^\d.,])\d*(?:\.\d{3})*,(?:\d{1,2}|\d{4,})(?:[^\d.,]|$)|\.\d{3},\d|\.\d{3}\.\d{3}",
    "share": r"^\d{1,3}(?:\.\d+)?\s*%$|^0?\.\d+$|^[01](?:\.0+)?$",
    "code": r"^[A-Za-z0-9_\-./#']*\d[A-Za-z0-9_\-./#']*$",
    "person_zh": r"^[\p{Han}·]{2,4}(?:先生|女士|小姐)?$",
    "person_latin": r"^\p{Lu}[\p{L}'.-]*(?: \p{Lu}[\p{L}'.-]*){1,3}$",
    "scientific": r"^\d(?:[.,]\d+)?[eE]\+?\d+$",
}
"""Kind → what a cell of it looks like."""


def sampled(rows: pl.DataFrame) -> pl.DataFrame:
    """At most SAMPLE_ROWS rows, as stretches spread over the file; the same ones each time."""
    if rows.height <= SAMPLE_ROWS:
        return rows
    length = SAMPLE_ROWS // SAMPLE_BLOCKS
    starts = [step * (rows.height - length) // (SAMPLE_BLOCKS - 1) for step in range(SAMPLE_BLOCKS)]
    return pl.concat([rows.slice(start, length) for start in starts])


def column_profiles(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per column of `rows` (String columns, their names as `column`).

    `filled` and `distinct` count the whole column as written; each kind of PATTERNS (and `yes_no`) is the share of the sample's
    filled cells that look like it, `longest` their longest length. A column that is empty in the sample has shares of 0.
    """
    names = rows.columns
    whole = rows.select(
        *[(pl.col(name).fill_null("") != "").sum().alias(f"filled {name}") for name in names],
        *[pl.col(name).fill_null("").n_unique().alias(f"distinct {name}") for name in names],
        *[(pl.col(name).fill_null("") == "").any().alias(f"blank {name}") for name in names],
    ).row(0, named=True)
    cell = pl.col("cell")
    shares = (
        sampled(rows)
        .select(pl.col(names).str.strip_chars(BLANKS + "'"))
        .unpivot(variable_name="column", value_name="cell")
        .filter(cell.is_not_null() & (cell != ""))
        .group_by("column")
        .agg(
            *[cell.str.contains(pattern).mean().alias(kind) for kind, pattern in PATTERNS.items()],
            yes_no=cell.str.to_lowercase().is_in([*YES, *NO]).mean(),
            longest=cell.str.len_chars().max(),
        )
    )
    counted = pl.DataFrame(
        {
            "column": names,
            "filled": [whole[f"filled {name}"] for name in names],
            "distinct": [whole[f"distinct {name}"] - whole[f"blank {name}"] for name in names],
        },
        schema={"column": pl.String, "filled": pl.Int64, "distinct": pl.Int64},
    )
    return counted.join(shares, on="column", how="left", maintain_order="left").with_columns(
        pl.col(*PATTERNS, "yes_no").fill_null(0.0), pl.col("longest").fill_null(0)
    )


# ---- days


@dataclass(frozen=True)
class DayFormat:
    """One way in which days are written in a column: how many cells, and the first line that has it."""

    shape: str
    cells: int
    line: int


@dataclass(frozen=True)
class DateReading:
    """How the days of a column are to be read, decided from all its cells."""

    order: Literal["ymd", "dmy", "mdy"] | None
    """None: the values do not tell."""
    is_proven: bool
    """False: the likelier reading, not the only one."""
    why: str
    formats: tuple[DayFormat, ...]
    """The commonest first; more than one: mixed."""
    other: int
    """Cells that are no day in any of these ways."""


def date_reading(cells: pl.Series, lines: pl.Series) -> DateReading:
    """How days are written in a column; `lines` are the rows' lines in the file.

    03/10 can be the 3rd of October or March the 10th. One number above 12 proves the order for the column; numbers above
    12 on both sides prove that the column mixes both. Without any, the likelier reading is the one in which the file runs
    in order of time, or in which it is the day that varies and not the month.
    """
    days = _days(cells, lines)
    families = {
        "ymd": rf"^(?:{DAY}日?|{COMPACT_DAY})$",
        "numbered": rf"^{NUMBERED_DAY}$",
        "named": rf"^{NAMED_DAY}$",
    }
    family = pl.coalesce(
        pl.when(pl.col("day").str.contains(pattern)).then(pl.lit(name)) for name, pattern in families.items()
    ).fill_null("other")
    parts = pl.col("day").str.extract_groups(r"^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{2,4})$").struct
    days = days.with_columns(
        family=family,
        first=parts.field("1").cast(pl.Int64),
        second=parts.field("3").cast(pl.Int64),
        third=parts.field("4"),
    )
    shape = (
        pl.when(family == "ymd")
        .then(
            pl.col("day")
            .str.replace(r"^\d{8}$", "YYYYMMDD")
            .str.replace(r"^\d{4}", "YYYY")
            .str.replace(r"^(YYYY\D+)\d+(\D+)\d+", "${1}MM${2}DD")
        )
        .when(family == "numbered")
        .then(pl.col("day").str.replace(r"^\d+([-/.])\d+([-/.])\d{4}$", "??${1}??${2}YYYY").str.replace(
            r"^\d+([-/.])\d+([-/.])\d{2}$", "??${1}??${2}YY"))
        .when(family == "named")
        .then(pl.col("day").str.replace_all(r"[A-Za-z]+", "Mon").str.replace_all(r"\d{4}", "YYYY").str.replace_all(r"\d+", "D"))
    )  # fmt: skip
    days = days.with_columns(shape=shape)
    numbered = days.filter(pl.col("family") == "numbered")
    order, is_proven, why = _order_of(numbered, days)
    if order in ("dmy", "mdy"):
        spelt = "DD MM" if order == "dmy" else "MM DD"
        first, second = spelt.split()
        fits = pl.col("first" if order == "mdy" else "second") <= 12
        days = days.with_columns(
            shape=pl.when((pl.col("family") == "numbered") & ~fits)
            .then(pl.lit(f"not {order}: ") + pl.col("shape"))
            .otherwise(pl.col("shape").str.replace("??", first, literal=True).str.replace("??", second, literal=True))
        )
    formats = (
        days.filter(pl.col("shape").is_not_null())
        .group_by("shape")
        .agg(cells=pl.col("cells").sum(), line=pl.col("line").min())
        .sort("cells", "line", descending=[True, False])
    )
    other = days.filter(pl.col("shape").is_null())["cells"].sum()
    return DateReading(order, is_proven, why, tuple(DayFormat(*row) for row in formats.iter_rows()), int(other))


def _days(cells: pl.Series, lines: pl.Series) -> pl.DataFrame:
    """One row per distinct day as written (the time of day cut off): day, cells, line (the first)."""
    frame = pl.DataFrame({"cell": cells, "line": lines})
    some = cells.drop_nulls().head(SAMPLE_ROWS).str.strip_chars(BLANKS)
    if some.str.contains(rf"^{NAMED_DAY}").any():  # their day holds spaces
        day = pl.col("cell").str.strip_chars(BLANKS).str.replace(rf"[T\s]+{CLOCK}.*$", "")
    else:
        day = pl.col("cell").str.strip_chars(BLANKS).str.splitn(" ", 2).struct.field("field_0")
        if some.str.contains("T", literal=True).any():
            day = day.str.splitn("T", 2).struct.field("field_0")
    return (
        frame.lazy()
        .select(day=day, line="line")
        .filter(pl.col("day").is_not_null() & (pl.col("day") != ""))
        .group_by("day")
        .agg(cells=pl.len().cast(pl.Int64), line=pl.col("line").min())
        .sort("line")
        .collect()
    )


def _order_of(numbered: pl.DataFrame, days: pl.DataFrame) -> tuple[Literal["ymd", "dmy", "mdy"] | None, bool, str]:
    """(order, proven, why) from the distinct days written as two numbers and a year."""
    if numbered.is_empty():
        return ("ymd", True, "the year comes first") if days.height else (None, False, "no days")
    first, second, third = numbered["first"], numbered["second"], numbered["third"]
    is_short = (third.str.len_chars() == 2).any()
    if is_short and first.n_unique() <= 2 and third.n_unique() > first.n_unique():
        return None, False, "the year has two digits and may come first"
    day_first = numbered.filter((pl.col("first") > 12) & (pl.col("second") <= 12))
    month_first = numbered.filter((pl.col("second") > 12) & (pl.col("first") <= 12))
    if day_first.height and month_first.height:
        told = [f"line {_first_line(part)}" for part in (day_first, month_first)]
        counts = [int(part["cells"].sum()) for part in (day_first, month_first)]
        return None, False, (
            f"mixed: {counts[0]:,} cells can only be day first ({told[0]}), {counts[1]:,} only month first ({told[1]})"
        )  # fmt: skip
    for part, order, word in ((day_first, "dmy", "first"), (month_first, "mdy", "second")):
        if part.height:
            cells = int(part["cells"].sum())
            why = f"the {word} number is above 12 in {cells:,} cells (line {_first_line(part)})"
            return ("dmy" if order == "dmy" else "mdy"), True, why
    read = numbered.with_columns(
        year=pl.when(third.str.len_chars() == 2).then(2000 + third.cast(pl.Int64)).otherwise(third.cast(pl.Int64))
    ).with_columns(dmy=pl.date("year", "second", "first"), mdy=pl.date("year", "first", "second"))
    runs = {order: _runs_in_time(read[order]) for order in ("dmy", "mdy")}
    if read.height >= 4 and runs["dmy"] != runs["mdy"]:
        order_read: Literal["dmy", "mdy"] = "dmy" if runs["dmy"] else "mdy"
        return order_read, False, "no number is above 12, but only so the file runs in order of time"
    varies = (first.n_unique(), second.n_unique())
    if min(varies) <= 2 and max(varies) >= 4:
        order_read = "dmy" if varies[0] > varies[1] else "mdy"
        return order_read, False, f"no number is above 12, but one has {max(varies)} values and the other {min(varies)}"
    return None, False, "no number is above 12: each day can be read both ways"


def _first_line(days: pl.DataFrame) -> int:
    return int(days.select(pl.col("line").min()).item())


def _runs_in_time(days: pl.Series) -> bool:
    return days.is_sorted() or days.is_sorted(descending=True)


# ---- numbers


@dataclass(frozen=True)
class DecimalReading:
    """Which sign separates decimals in some columns: None when nothing shows it."""

    is_comma: bool | None
    point_cells: int
    comma_cells: int
    point_line: int | None
    comma_line: int | None


def decimal_reading(rows: pl.DataFrame, lines: pl.Series) -> DecimalReading:
    """Decided from every cell of the amounts in `rows`: "12,50" shows a comma, "12.50" a point, "1,234" nothing."""
    found: dict[str, tuple[int, int | None]] = {}
    for sign in ("point", "comma"):
        cells, first = 0, None
        for name in rows.columns:
            cell = pl.col("cell")
            is_doubtful = cell.str.contains(".", literal=True) | cell.str.contains(",", literal=True)
            having = pl.DataFrame({"cell": rows[name], "line": lines}).filter(is_doubtful)
            if having.is_empty():
                continue
            shown = having.filter(cell.str.contains(PATTERNS[f"shows_{sign}"]))
            if shown.height:
                line = int(shown["line"].min())  # type: ignore[arg-type]
                cells, first = cells + shown.height, line if first is None else min(first, line)
        found[sign] = (cells, first)
    (points, point_line), (commas, comma_line) = found["point"], found["comma"]
    is_comma = None if bool(points) == bool(commas) else commas > 0
    return DecimalReading(is_comma, points, commas, point_line, comma_line)


def numbers(cells: pl.Expr, *, decimal_comma: bool) -> pl.Expr:
    """Amounts as Float64, for comparing only: signs of money and grouping removed, (12.00) is negative; null when none."""
    bare = cells.str.replace_all(rf"{MONEY_SIGNS}|[\s'%]", "").str.replace(r"^\((.*)\)$", "-$1")
    if decimal_comma:
        bare = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        bare = bare.str.replace_all(",", "", literal=True)
    return bare.cast(pl.Float64, strict=False)


def share_that_multiplies(quantity: pl.Series, price: pl.Series, amount: pl.Series) -> tuple[float, int]:
    """(share, rows compared) of rows in which quantity × price is the amount to the cent, signs apart; zeros don't count."""
    frame = pl.DataFrame({"q": quantity.abs(), "p": price.abs(), "a": amount.abs()}).drop_nulls()
    frame = frame.filter((pl.col("q") > 0) & (pl.col("p") > 0))
    if frame.is_empty():
        return 0.0, 0
    fits = (pl.col("q") * pl.col("p") - pl.col("a")).abs() <= 0.006 + 1e-9 * pl.col("a")
    return float(frame.select(fits.mean()).item()), frame.height


def share_constant_within(key: pl.Series, value: pl.Series) -> tuple[float, int]:
    """(share, groups) of the keys with at least two rows in which the value is the same on all of them."""
    frame = pl.DataFrame({"key": key, "value": value}).filter(pl.col("key").is_not_null() & (pl.col("key") != ""))
    groups = frame.group_by("key").agg(rows=pl.len(), values=pl.col("value").n_unique()).filter(pl.col("rows") >= 2)
    if groups.is_empty():
        return 0.0, 0
    return float(groups.select((pl.col("values") == 1).mean()).item()), groups.height


def share_found(values: pl.Series, among: pl.Series) -> tuple[float, int]:
    """(share, distinct values) of the distinct filled `values` that stand among the others too."""
    distinct = _distinct_keys(values)
    if distinct.is_empty():
        return 0.0, 0
    return float(distinct.is_in(_distinct_keys(among).implode()).mean()), len(distinct)  # type: ignore[arg-type]


def _distinct_keys(values: pl.Series) -> pl.Series:
    keys = values.unique().drop_nulls().str.strip_chars(BLANKS + "'").str.strip_suffix(".0").unique()
    return keys.filter(keys != "")


def masked(text: str) -> str:
    """A value that may be somebody's, so that its form stays and its content goes: 199****0001, 王**, X**-99999."""
    text = text.strip(BLANKS + "'")
    digits = sum(sign.isdigit() for sign in text)
    if "@" in text:
        return f"{text[:1]}***@***"
    if digits >= 7 and digits >= len(text) - 4:
        return f"{text[:3]}{'*' * 4}{text[-4:]}"
    return "".join("9" if sign.isdigit() else "*" if at and sign.isalpha() else sign for at, sign in enumerate(text))[
        :24
    ]
