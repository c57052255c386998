"""Text to typed values: every cell either becomes the value that its role asks for, or is a problem with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from schemas.columns import DTYPES, MONEY, QUANTITY, UNIT_PRICE
from schemas.source_formats import Column, DateOrder, normalised_header
from schemas.time_zones import TIME_ZONE_NAMES
from transforms import phones

BLANKS = " \t\r\n\u3000\u00a0\ufeff"

YES = ("1", "y", "yes", "true", "是", "有", "同意", "t")
NO = ("0", "n", "no", "false", "否", "无", "不同意", "f")
LUNAR = ("农历", "阴历", "lunar")
SOLAR = ("公历", "阳历", "新历", "solar")

COMMON_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
COMMON_MOMENTS = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d",
)  # fmt: skip
"""Tried first, on what a sample of the column shows; whatever they leave is read by the grammar below."""

_DAY = (
    r"(?:(?<y>[0-9]{4})(?:[-/.]|年)(?<m>[0-9]{1,2})(?:[-/.]|月)(?<d>[0-9]{1,2})"
    r"|(?<a>[0-9]{1,2})[-/.](?<b>[0-9]{1,2})[-/.](?<c>[0-9]{4}|[0-9]{2}))"
)
_TIME = (
    r"(?:(?:(?:日|日?[T\s])\s*(?<zh>上午|下午)?|(?<zh2>上午|下午))\s*(?<h>[0-9]{1,2})[:时](?<n>[0-5][0-9])"
    r"(?:[:分](?<s>[0-5][0-9])(?:[.,](?<f>[0-9]{1,6})[0-9]{0,3})?秒?)?(?:\s*(?<half>(?i:am|pm|a\.m\.|p\.m\.)))?|日)?"
)
_ZONE = r"(?:\s*(?<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})|\s+(?<zone>[A-Za-z].*))?"
MOMENT = f"^{_DAY}{_TIME}{_ZONE}$"
"""A day, with or without a time of day (12 h or 24 h), an offset or the name of a zone."""

SPREADSHEET_ERRORS = (
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA",
)  # fmt: skip
REWRITTEN_NUMBER = r"^[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}$"
"""What a spreadsheet makes of a long number: 6.9E+15 was an id once."""

_CURRENCY = (
    r"(?:(?:US|HK|NT|CA|AU|A|C|S|R|MX)?\$|(?:CN|JP)?[¥¥]|[€£₩₹฿₫₱₽]|元|圆|"
    r"(?i:RMB|CNY|USD|EUR|GBP|HKD|TWD|MOP|JPY|KRW|SGD|MYR|THB|VND|IDR|PHP|INR|AUD|NZD|CAD|CHF|SEK|NOK|DKK|PLN|CZK|BRL|MXN"
    r"|ZAR|AED|SAR|KWD))"
)
DECORATED_AMOUNT = (
    rf"^(?<open>\()?\s*(?<sign>[-+−])?\s*(?:{_CURRENCY})?\s*(?<inner>[-+−])?\s*(?<number>[0-9][^()A-Za-z$¥¥]*?)"
    rf"\s*(?:{_CURRENCY})?\s*(?<close>\))?$"
)
"""An amount with its currency; in brackets, it is negative."""


@dataclass(frozen=True)
class RoleText:
    """A role's text column in the frame, and how it is read."""

    role: str
    kind: str
    required: bool
    strip_suffix: str = ""
    extract: str = ""
    date_order: DateOrder = "ymd"
    """"ymd" and "proven" (not proven so far) refuse days written as 03/10/2026; see `proven_date_order`."""
    decimal_comma: bool = False
    """Amounts are written 1.234,50."""
    time_zone: str | None = None
    """The zone of times that name none, where it isn't the chain's."""
    zone: str | None = None
    """The chain's zone, to which times with an offset or a zone are converted; without it they are problems."""
    country: str = "CN"
    """ISO code of the country whose telephone numbers are written without a prefix."""


def cell_text(rows: pl.DataFrame, positions: Mapping[str, int], column: Column) -> pl.Series:
    """The text of a column's role, one cell per row: its first header that is there, stood in for, joined, compared.

    `rows` has the file's columns named by their position, `positions` the header's place by its normalised name. A
    header of `column` must be there.
    """

    def cells(header: str) -> pl.Series | None:
        at = positions.get(normalised_header(header))
        return None if at is None else rows[str(at)]

    def first_there(headers: Sequence[str]) -> pl.Series:
        return next(found for header in headers if (found := cells(header)) is not None)

    def joined(parts: Sequence[pl.Series]) -> pl.Series:
        frame = pl.DataFrame([part.str.strip_chars(BLANKS).alias(str(at)) for at, part in enumerate(parts)])
        filled = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in frame.columns]
        return frame.select(text=pl.concat_str(filled, separator=" ", ignore_nulls=True))["text"]

    text = first_there(column.headers)
    for header in column.or_headers:
        empty = text.is_null() | (text.str.strip_chars(BLANKS) == "")
        stand_in = cells(header)
        if stand_in is not None and empty.any():
            text = text.zip_with(~empty, stand_in)
    following = [found for header in column.and_headers if (found := cells(header)) is not None]
    if following:
        text = joined([text, *following])
    if column.unless_same_as:
        others = [found for header in column.unless_same_as if (found := cells(header)) is not None]
        if not others:
            return pl.Series(text.name, [None] * len(text), dtype=pl.String)
        same = joined([text]).str.to_lowercase() == joined(others).str.to_lowercase()
        text = text.set(same.fill_null(False), None)
    return text


def proven_date_order(cells: pl.Series) -> DateOrder:
    """Which way round days written as 03/10/2026 are, as the days after the 12th among all of `cells` prove it.

    "proven" (that is: not proven) when none is after the 12th, or when they contradict each other.
    """
    parts = cells.str.strip_chars(BLANKS).str.extract_groups(r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{2}").struct
    first, second = (parts.field(name).cast(pl.Int64, strict=False) for name in ("1", "2"))
    is_dmy, is_mdy = (first > 12).any(), (second > 12).any()
    if is_dmy == is_mdy:
        return "proven"
    return "dmy" if is_dmy else "mdy"


def typed_rows(text: pl.DataFrame, roles: Sequence[RoleText]) -> pl.DataFrame:
    """One row per row of `text`: each role typed by its kind, plus `problem_role` and `problem_code` (null when sound).

    `text` has one String column per role. A cell that is empty is null, and a problem only where the role is required.
    The first problem of a row, in the order of `roles`, is the one that is named. Nothing is guessed: a value that
    does not match its kind's pattern in full is a problem.
    """
    typed: list[pl.Series] = []
    problem_role = pl.Series("problem_role", [None] * text.height, dtype=pl.String)
    problem_code = pl.Series("problem_code", [None] * text.height, dtype=pl.String)
    for role in roles:
        cells = _without_wrapping(text[role.role])
        found = [(bad, code) for bad, code in _damage(cells, role) if bad.any()]
        cleaned = _cleaned(cells, role)
        if role.kind == "phone":
            cleaned = phones.without_hidden(cleaned)
        for bad, _ in found:
            cleaned = cleaned.set(bad, None)
        values = _PARSERS[role.kind](cleaned, role).cast(DTYPES[role.kind]).rename(role.role)
        unread = cleaned.is_not_null() & values.is_null()
        if unread.any():
            if role.kind in ("date", "datetime") and role.date_order in ("ymd", "proven"):
                day_first = unread & cleaned.str.contains(r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}").fill_null(False)
                found.append((day_first, "ambiguous_date"))
            found.append((unread, f"not_{role.kind}"))
        if role.required:
            found.append((cleaned.is_null(), "missing"))
        for bad, code in found:
            first = bad & problem_code.is_null()
            if first.any():
                problem_role = problem_role.zip_with(~first, pl.Series([role.role], dtype=pl.String))
                problem_code = problem_code.zip_with(~first, pl.Series([code], dtype=pl.String))
        typed.append(values)
    return pl.DataFrame([*typed, problem_role.rename("problem_role"), problem_code.rename("problem_code")])


def _without_wrapping(cells: pl.Series) -> pl.Series:
    """Cells without blanks around them, and out of ="…", by which a file tells a spreadsheet that they are text."""
    cells = cells.str.strip_chars(BLANKS)
    wrapped = cells.str.starts_with('="') & cells.str.ends_with('"') & (cells.str.len_bytes() > 2)
    if wrapped.any():
        cells = cells.zip_with(
            ~wrapped.fill_null(False), cells.str.slice(2).str.strip_suffix('"').str.strip_chars(BLANKS)
        )
    return cells


def _damage(cells: pl.Series, role: RoleText) -> Iterator[tuple[pl.Series, str]]:
    """What can be no value of any kind, and ids that have lost digits or characters: where, and the reason."""
    hash_sign = cells.str.starts_with("#")
    if hash_sign.any():
        is_error = cells.str.to_uppercase().is_in(SPREADSHEET_ERRORS) | cells.str.contains("^##+$")
        yield (hash_sign & is_error).fill_null(False), "spreadsheet_error"
    if role.kind in ("id", "phone", "email"):
        yield cells.str.contains("\ufffd", literal=True).fill_null(False), "lost_character"
    if role.kind in ("id", "phone", "email"):
        yield cells.str.contains('"', literal=True).fill_null(False), f"not_{role.kind}"
    has_exponent = role.kind == "id" and cells.str.contains("[Ee]\\+").any()
    if has_exponent:
        yield cells.str.contains(REWRITTEN_NUMBER).fill_null(False), "not_id"


def _cleaned(cells: pl.Series, role: RoleText) -> pl.Series:
    if role.extract:
        cells = cells.str.extract(role.extract, 1)
    if role.kind in ("id", "phone"):
        cells = cells.str.strip_prefix("'").str.strip_chars(BLANKS)
    elif cells.str.starts_with("'").any():  # the apostrophe that keeps a spreadsheet from taking the text for a formula
        cells = cells.str.replace(r"^'([=+@-])", "$1")
    if role.strip_suffix:
        cells = cells.str.strip_suffix(role.strip_suffix)
    if role.kind == "phone":  # a masked number names nobody, and nothing is wrong with it
        masked = cells.str.contains("*", literal=True)
        if masked.any():
            cells = cells.set(masked.fill_null(False), None)
    return cells.set(cells == "", None)


def _decimal(dtype: pl.Decimal, whole: int, places: int) -> Callable[[pl.Series, RoleText], pl.Series]:
    """Exact decimals of up to `whole` digits before and `places` after the point; zeros may follow."""
    dotted = rf"^[-+]?([0-9]{{1,3}}(,[0-9]{{3}})+|[0-9]{{1,{whole}}})(\.[0-9]{{1,{places}}}0*)?$"
    with_comma = (
        rf"^[-+]?([0-9]{{1,3}}([. \x{{a0}}\x{{202f}}'][0-9]{{3}})+|[0-9]{{1,{whole}}})(,[0-9]{{1,{places}}}0*)?$"
    )

    def bare(cells: pl.Series, decimal_comma: bool) -> pl.Series:
        sound = cells.str.contains(with_comma if decimal_comma else dotted)
        if decimal_comma:
            cells = cells.str.replace_all("[. \u00a0\u202f']", "").str.replace_all(",", ".", literal=True)
        elif cells.str.contains(",", literal=True).any():
            cells = cells.str.replace_all(",", "", literal=True)
        return cells.set(~sound, None).cast(dtype, strict=False)

    def parse(cells: pl.Series, role: RoleText) -> pl.Series:
        values = bare(cells, role.decimal_comma)
        left = cells.is_not_null() & values.is_null()
        if not left.any():
            return values
        parts = cells.filter(left).str.extract_groups(DECORATED_AMOUNT).struct.unnest()
        brackets = parts["open"].is_not_null()
        signs = parts["sign"].is_not_null().cast(pl.Int8) + parts["inner"].is_not_null().cast(pl.Int8) + brackets
        sound = (signs <= 1) & (brackets == parts["close"].is_not_null())
        minus = brackets | parts["sign"].is_in(["-", "−"]) | parts["inner"].is_in(["-", "−"])
        read = bare(parts["number"].set(~sound, None).str.strip_chars(BLANKS), role.decimal_comma)
        read = read.zip_with(~minus.fill_null(False), -read)
        return values.scatter(left.arg_true(), read.cast(dtype))

    return parse


def _whole(pattern: str, low: int, high: int) -> Callable[[pl.Series, RoleText], pl.Series]:
    def parse(cells: pl.Series, role: RoleText) -> pl.Series:
        numbers = cells.set(~cells.str.contains(pattern), None).str.extract(r"^(\d+)").cast(pl.Int64, strict=False)
        return numbers.set((numbers < low) | (numbers > high), None)

    return parse


def _share(cells: pl.Series, role: RoleText) -> pl.Series:
    percent = cells.str.ends_with("%")
    numbers = cells.str.strip_suffix("%").str.strip_chars(BLANKS)
    exact = numbers.set(~numbers.str.contains(r"^\d{1,3}(\.\d{1,10})?$"), None).cast(pl.Decimal(18, 12), strict=False)
    hundredth = (exact * pl.Series([Decimal("0.01")], dtype=pl.Decimal(18, 12))).cast(pl.Float64)
    values = exact.cast(pl.Float64).zip_with(~percent.fill_null(False), hundredth)
    return values.set(values > 1, None)


def _moment(dtype: type[pl.Date] | type[pl.Datetime]) -> Callable[[pl.Series, RoleText], pl.Series]:
    common = COMMON_DATES if dtype is pl.Date else COMMON_MOMENTS

    def parse(cells: pl.Series, role: RoleText) -> pl.Series:
        values = pl.Series([None] * len(cells), dtype=pl.Datetime("us"))
        left = cells.is_not_null()
        for form in common:
            sample = cells.filter(left).head(64)
            if sample.is_empty():
                break
            if _by_format(sample, form).null_count() == len(sample):
                continue
            found = _by_format(cells.set(~left, None), form)
            # a leap second is none of a till's: chrono would move it to the next minute
            found = found.set((cells.str.ends_with(":60") & found.is_not_null()).fill_null(False), None)
            values = values.zip_with(found.is_null(), found)
            left = cells.is_not_null() & values.is_null()
        if role.time_zone is not None and role.zone is not None and role.time_zone != role.zone:
            values = _at_home(values, role.time_zone, role.zone)
        if left.any():
            values = values.scatter(left.arg_true(), _by_grammar(cells.filter(left), role))
        # chrono reads "0026-10-31" happily; no till was running then
        values = values.set(((values.dt.year() < 1900) | (values.dt.year() > 2200)).fill_null(False), None)
        return values.dt.date() if dtype is pl.Date else values

    return parse


def _by_format(cells: pl.Series, form: str) -> pl.Series:
    if "%H" in form:
        return cells.str.to_datetime(form, strict=False, time_unit="us")
    return cells.str.to_date(form, strict=False).cast(pl.Datetime("us"))


def _by_grammar(cells: pl.Series, role: RoleText) -> pl.Series:
    """Moments in the chain's zone (naive) of cells that follow MOMENT; null for any other, and for no day of the calendar."""
    parts = cells.str.extract_groups(MOMENT).struct.unnest()
    first, second = ("a", "b") if role.date_order == "dmy" else ("b", "a")
    if role.date_order in ("dmy", "mdy"):
        # 69 is 2069 and 70 is 1970, as everywhere
        century = pl.when(pl.col("c") < "70").then(pl.lit("20")).otherwise(pl.lit("19"))
        year = pl.when(pl.col("c").str.len_bytes() == 2).then(century + pl.col("c")).otherwise("c")
        parts = parts.with_columns(pl.coalesce("y", year), pl.coalesce("m", second), pl.coalesce("d", first))
    parts = parts.with_columns(pl.coalesce("zh", "zh2"))
    is_afternoon = pl.coalesce(pl.col("zh") == "下午", pl.col("half").str.to_lowercase().str.starts_with("p"))
    hour = pl.col("h").cast(pl.Int64)
    # 12:05 AM is five past midnight, 12:05 PM five past noon; 18:05 PM is nothing
    on_12_hour_clock = (
        pl.when(
            (hour > 12) | ((hour == 0) & is_afternoon) | (pl.col("zh").is_not_null() & pl.col("half").is_not_null())
        )
        .then(None)
        .otherwise(hour % 12 + pl.when(is_afternoon).then(12).otherwise(0))
    )
    hour = pl.when(is_afternoon.is_null()).then(hour).otherwise(on_12_hour_clock)
    text = parts.select(
        text=pl.concat_str(
            pl.col("y"), pl.lit("-"), pl.col("m").str.zfill(2), pl.lit("-"), pl.col("d").str.zfill(2), pl.lit(" "),
            pl.when(pl.col("h").is_null()).then(pl.lit("00")).otherwise(hour.cast(pl.String).str.zfill(2)), pl.lit(":"),
            pl.col("n").fill_null("00"), pl.lit(":"), pl.col("s").fill_null("00"), pl.lit("."),
            pl.col("f").fill_null("0"),
        )
    )["text"]  # fmt: skip
    values = text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    at_offset, in_zone = parts["offset"].is_not_null(), parts["zone"].is_not_null()
    if role.time_zone is not None and role.zone is not None and role.time_zone != role.zone:
        values = values.zip_with(at_offset | in_zone, _at_home(values, role.time_zone, role.zone))
    if at_offset.any():
        values = values.zip_with(~at_offset, _from_offset(values, parts["offset"], role.zone))
    if in_zone.any():
        for name in parts["zone"].drop_nulls().unique().to_list():
            here = in_zone & (parts["zone"] == name)
            values = values.zip_with(~here.fill_null(False), _from_named_zone(values, name, role.zone))
    return values


def _at_home(values: pl.Series, away: str, home: str) -> pl.Series:
    """Local times of one zone as local times of another. An hour that comes twice in autumn is taken as the first, one
    that spring leaves out is null."""
    placed = values.dt.replace_time_zone(away, ambiguous="earliest", non_existent="null")
    return placed.dt.convert_time_zone(home).dt.replace_time_zone(None)


def _from_offset(values: pl.Series, offsets: pl.Series, home: str | None) -> pl.Series:
    if home is None:
        return pl.Series([None] * len(values), dtype=pl.Datetime("us"))
    digits = offsets.str.replace_all("[Zz+:-]", "").replace("", "0000")
    minutes = digits.str.slice(0, 2).cast(pl.Int64) * 60 + digits.str.slice(2).cast(pl.Int64)
    east = minutes.zip_with(~offsets.str.starts_with("-").fill_null(False), -minutes)
    utc = values - east.cast(pl.Duration("us")) * 60_000_000
    return utc.dt.replace_time_zone("UTC").dt.convert_time_zone(home).dt.replace_time_zone(None)


def _from_named_zone(values: pl.Series, name: str, home: str | None) -> pl.Series:
    unknown = pl.Series([None] * len(values), dtype=pl.Datetime("us"))
    if home is None:
        return unknown
    zone = TIME_ZONE_NAMES.get(name, name)
    try:
        return values if zone == home else _at_home(values, zone, home)
    except pl.exceptions.ComputeError:  # what polars says of a zone that the tz database does not have
        return unknown


def _word(meanings: dict[str, bool] | dict[str, str], dtype: pl.DataType) -> Callable[[pl.Series, RoleText], pl.Series]:
    def parse(cells: pl.Series, role: RoleText) -> pl.Series:
        return cells.str.to_lowercase().replace_strict(meanings, default=None, return_dtype=dtype)

    return parse


def _phone(cells: pl.Series, role: RoleText) -> pl.Series:
    return phones.normalised(cells, role.country)


def _email(cells: pl.Series, role: RoleText) -> pl.Series:
    lower = cells.str.to_lowercase()
    return lower.set(~lower.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"), None)


def _month_day(cells: pl.Series, role: RoleText) -> pl.Series:
    parts = (
        cells.str.replace_all(r"[/.年月]", "-")
        .str.strip_suffix("日")
        .str.extract_groups(r"^(?:(?<year>\d{4})-|-{1,2})?(?<month>\d{1,2})-(?<day>\d{1,2})$")
        .struct.unnest()
    )
    month, day = parts["month"].cast(pl.Int64, strict=False), parts["day"].cast(pl.Int64, strict=False)
    frame = parts.select(
        text=pl.concat_str(
            pl.col("year").fill_null(""),
            pl.lit("-"),
            pl.col("month").str.zfill(2),
            pl.lit("-"),
            pl.col("day").str.zfill(2),
        )
    )
    return frame["text"].set(~(month.is_between(1, 12) & day.is_between(1, 31)), None)


_PARSERS: dict[str, Callable[[pl.Series, RoleText], pl.Series]] = {
    "id": lambda cells, role: cells,
    "text": lambda cells, role: cells,
    "money": _decimal(MONEY, 15, 2),
    "unit_price": _decimal(UNIT_PRICE, 11, 6),
    "quantity": _decimal(QUANTITY, 14, 3),
    "count": _whole(r"^\d{1,15}(\.0+)?$", 0, 10**15),
    "scale": _whole(r"^\d{1,2}(\.0+)?$", 0, 10),
    "share": _share,
    "date": _moment(pl.Date),
    "datetime": _moment(pl.Datetime),
    "bool": _word({word: True for word in YES} | {word: False for word in NO}, pl.Boolean()),
    "calendar": _word({word: "lunar" for word in LUNAR} | {word: "solar" for word in SOLAR}, pl.String()),
    "phone": _phone,
    "email": _email,
    "month_day": _month_day,
}
