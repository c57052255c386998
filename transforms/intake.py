"""Text to typed values: every cell either becomes the value that its role asks for, or is a problem with a reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl

from schemas.columns import DTYPES, MONEY, QUANTITY, UNIT_PRICE
from schemas.source_formats import Column, DateOrder, normalised_header
from schemas.time_zones import TIME_ZONE_NAMES
from transforms import phones

BLANKS = " \t\r\n\u3000\u00a0\ufeff"
INVISIBLE = tuple(chr(code) for code in range(0x80, 0x10000) if unicodedata.category(chr(code)) == "Cf")
"""Signs that nobody sees (no-width spaces, marks of direction); an id has none."""
FULL_WIDTH = tuple(chr(code) for code in range(0xFF01, 0xFF5F))
"""Letters and digits as wide as a Chinese character: in an id they are the plain ones."""
CONTROLS = tuple(chr(code) for code in range(0x7F, 0xA0))

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
    r"(?:(?:US|HK|NT|CA|AU|A|C|S|R|MX)?\$|(?:CN|JP)?[¥¥￥]|[€£₩₹฿₫₱₽]|元|圆|"
    r"(?i:RMB|CNY|USD|EUR|GBP|HKD|TWD|MOP|JPY|KRW|SGD|MYR|THB|VND|IDR|PHP|INR|AUD|NZD|CAD|CHF|SEK|NOK|DKK|PLN|CZK|BRL|MXN"
    r"|ZAR|AED|SAR|KWD))"
)
DECORATED_AMOUNT = (
    rf"^(?<open>\()?\s*(?<sign>[-+−])?\s*(?:{_CURRENCY})?\s*(?<inner>[-+−])?\s*(?<number>[0-9][^()A-Za-z$¥¥￥]*?)"
    rf"\s*(?:{_CURRENCY})?\s*(?<close>\))?$"
)
"""An amount with its currency; in brackets, it is negative."""


@dataclass(frozen=True)
class RoleText:
    """A role's text column in the frame, and how it is read."""

    role: str
    kind: str
    required: bool
    reserved: tuple[str, ...] = ()
    """Values that stand for something else, and are problems."""
    strip_suffix: str = ""
    extract: str = ""
    date_order: DateOrder = "ymd"
    """"ymd" and "proven" (not proven so far) refuse days written as 03/10/2026; see `proven_date_order`."""
    decimal_comma: bool = False
    """Amounts are written 1.234,50."""
    time_zone: str | None = None
    """The zone of times that name none, where it isn't the chain's."""
    country: str = "CN"
    """ISO code of the country whose telephone numbers are written without a prefix."""
    zone: str | None = None
    """The chain's zone, to which times with an offset or a zone are converted; without it they are problems."""


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

    text = first_there((*column.headers, *column.or_headers))
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
    problem_code = problem_role.alias("problem_code")
    for role in roles:
        values, codes = _read(text[role.role], role)
        if role.reserved and (is_reserved := values.is_in(role.reserved).fill_null(False)).any():
            codes = pl.Series([None] * text.height, dtype=pl.String) if codes is None else codes
            values, codes = values.set(is_reserved, None), codes.set(is_reserved, "reserved_id")
        if role.required and values.null_count():
            missing = pl.Series(["missing"], dtype=pl.String).zip_with(
                values.is_null(), pl.Series([None], dtype=pl.String)
            )
            codes = missing if codes is None else codes.zip_with(codes.is_not_null(), missing)
        if codes is not None and codes.null_count() < len(codes):
            first = codes.is_not_null() & problem_code.is_null()
            problem_role = problem_role.zip_with(~first, pl.Series([role.role], dtype=pl.String))
            problem_code = problem_code.zip_with(~first, codes)
        typed.append(values.rename(role.role))
    return pl.DataFrame([*typed, problem_role.rename("problem_role"), problem_code.rename("problem_code")])


def _read(cells: pl.Series, role: RoleText) -> tuple[pl.Series, pl.Series | None]:
    """The typed values of one column, and the code of each cell's problem (None: there is none).

    What is written the plain way is read at once; only what that leaves is looked at with care, which costs ten times
    as much.
    """
    at_once = _AT_ONCE.get(role.kind)
    if at_once is None or role.extract or role.strip_suffix or role.decimal_comma:
        return _read_with_care(cells, role)
    values = at_once(cells, role).cast(DTYPES[role.kind])
    left = cells.is_not_null() & values.is_null() & (cells != "")
    if not left.any():
        return values, None
    at = left.arg_true()
    rest, codes = _read_with_care(cells.gather(at), role)
    if codes is not None:
        codes = pl.Series([None] * len(cells), dtype=pl.String).scatter(at, codes)
    return values.scatter(at, rest), codes


def _read_with_care(cells: pl.Series, role: RoleText) -> tuple[pl.Series, pl.Series | None]:
    cleaned, codes = _cleaned(cells, role)
    if role.kind == "phone":  # a masked number names nobody, and nothing is wrong with it
        cleaned = phones.without_hidden(cleaned)
    values = _PARSERS[role.kind](cleaned, role).cast(DTYPES[role.kind])
    unread = cleaned.is_not_null() & values.is_null()
    if unread.any():
        code = pl.Series([f"not_{role.kind}"], dtype=pl.String).extend_constant(f"not_{role.kind}", len(cells) - 1)
        if role.kind in ("date", "datetime") and role.date_order in ("ymd", "proven"):
            day_first = cleaned.str.contains(r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}").fill_null(False)
            code = code.set(day_first, "ambiguous_date")
        code = code.set(~unread, None)
        codes = code if codes is None else codes.zip_with(codes.is_not_null(), code)
    return values, codes


ODD_SIGNS = (*BLANKS, *INVISIBLE, *FULL_WIDTH, *CONTROLS, "'", '"', "=", "#", "*", "\ufffd", "E+", "e+")
"""What a cell that needs cleaning, or is damaged, holds."""
ODD_ASCII_SIGNS = tuple(sign for sign in ODD_SIGNS if sign.isascii())
"""The few of them that a column in ASCII can hold: looking for these takes half the time."""
ODD_TEXT = r"^[\s\x{feff}'=#]|[\s\x{feff}]$"
"""The same for text, inside of which a blank or a sign is just that."""


def _cleaned(cells: pl.Series, role: RoleText) -> tuple[pl.Series, pl.Series | None]:
    """Cells without what surrounds their value, empty ones null, and the codes of damaged ones (None: none is)."""
    codes = None
    is_ascii = (cells.str.len_bytes() == cells.str.len_chars()).all()
    odd = cells.str.contains_any(list(ODD_ASCII_SIGNS if is_ascii else ODD_SIGNS))
    if odd.any():
        if role.kind == "text" and not role.extract:
            odd = cells.str.contains(ODD_TEXT)
        at = odd.fill_null(False).arg_true()
        if len(at):
            bare, damage = _bare(cells.gather(at), role)
            cells = cells.scatter(at, bare)
            if damage.null_count() < len(damage):
                codes = pl.Series([None] * len(cells), dtype=pl.String).scatter(at, damage)
    if role.extract:
        cells = cells.str.extract(role.extract, 1)
    if role.strip_suffix:
        cells = cells.str.strip_suffix(role.strip_suffix)
    return cells.set((cells == "").fill_null(False), None), codes


def _bare(cells: pl.Series, role: RoleText) -> tuple[pl.Series, pl.Series]:
    """Cells without blanks around them, out of ="…" (by which a file tells a spreadsheet that they are text), without
    the apostrophe that does the same; and for each the code of what can be no value of any kind, or an id that has lost
    digits or characters."""
    cells = cells.str.strip_chars(BLANKS)
    wrapped = (cells.str.starts_with('="') & cells.str.ends_with('"') & (cells.str.len_bytes() > 2)).fill_null(False)
    if wrapped.any():
        inside = cells.str.slice(2).str.strip_suffix('"').str.strip_chars(BLANKS)
        cells = cells.zip_with(~wrapped, inside)
    if role.kind in ("id", "phone", "email"):
        quoted = cells.str.starts_with("'").fill_null(False)
        cells = cells.zip_with(~quoted, cells.str.strip_chars("'")).str.strip_chars(BLANKS)
        cells = cells.str.replace_all(r"\p{Cf}", "")
        wide = cells.str.contains(r"[\x{ff01}-\x{ff5e}]").fill_null(False)
        if wide.any():
            cells = cells.zip_with(~wide, cells.str.normalize("NFKC"))
    else:
        cells = cells.str.replace(r"^'([=+@-])", "$1")
    damage = pl.Series([None] * len(cells), dtype=pl.String)
    is_error = cells.str.to_uppercase().is_in(SPREADSHEET_ERRORS) | cells.str.contains("^##+$")
    found = [(is_error, "spreadsheet_error")]
    if role.kind in ("id", "phone", "email"):
        found.append((cells.str.contains("\ufffd", literal=True), "lost_character"))
    if role.kind == "id":
        found.append((cells.str.contains(REWRITTEN_NUMBER), "not_id"))
        found.append((cells.str.contains(r"[\r\n\t\x{7f}-\x{9f}]"), "not_id"))
        # a stray quote; a product's title that stands in for its code may hold inches
        is_title = cells.str.contains(r"\s|[^\x00-\x7f]")
        found.append((cells.str.contains('"', literal=True) & ~is_title, "not_id"))
    for bad, code in found:
        damage = damage.set(bad.fill_null(False) & damage.is_null(), code)
    return cells.set(damage.is_not_null(), None), damage


def _plain_decimal(dtype: pl.Decimal, whole: int, places: int) -> Callable[[pl.Series, RoleText], pl.Series]:
    """Of decimals as programs write them the values, null for all others."""
    plain = rf"^-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{places}}})?$"

    def parse(cells: pl.Series, role: RoleText) -> pl.Series:
        sound = cells.str.contains(plain)
        if not sound.all():
            cells = cells.set(~sound.fill_null(False), None)
        return cells.cast(dtype, strict=False)

    return parse


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
        sign = cells.head(64).drop_nulls().str.extract(r"^([$¥¥￥€£])").drop_nulls().head(1)
        if len(sign):
            values = values.zip_with(
                values.is_not_null(), bare(cells.str.strip_prefix(sign.item()), role.decimal_comma)
            )
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
        numbers = cells.set(~cells.str.contains(pattern), None).str.extract(r"^([0-9]+)").cast(pl.Int64, strict=False)
        return numbers.set((numbers < low) | (numbers > high), None)

    return parse


def _share(cells: pl.Series, role: RoleText) -> pl.Series:
    percent = cells.str.ends_with("%")
    numbers = cells.str.strip_suffix("%").str.strip_chars(BLANKS)
    exact = numbers.set(~numbers.str.contains(r"^[0-9]{1,3}(\.[0-9]{1,10})?$"), None).cast(
        pl.Decimal(18, 12), strict=False
    )
    hundredth = (exact * pl.Series([Decimal("0.01")], dtype=pl.Decimal(18, 12))).cast(pl.Float64)
    values = exact.cast(pl.Float64).zip_with(~percent.fill_null(False), hundredth)
    return values.set(values > 1, None)


def _plain_moment(dtype: type[pl.Date] | type[pl.Datetime]) -> Callable[[pl.Series, RoleText], pl.Series]:
    """Moments in one of the common formats; null for all others."""
    common = COMMON_DATES if dtype is pl.Date else COMMON_MOMENTS

    def parse(cells: pl.Series, role: RoleText) -> pl.Series:
        values: pl.Series | None = None
        left = cells
        for form in common:
            sample = left.drop_nulls().head(64)
            if sample.is_empty():
                break
            if _by_format(sample, form).null_count() == len(sample):
                continue
            found = _by_format(left, form)
            values = found if values is None else values.zip_with(values.is_not_null(), found)
            if found.null_count() == left.null_count():
                break
            left = left.set(found.is_not_null(), None)
        if values is None:
            return pl.Series([None] * len(cells), dtype=pl.Datetime("us"))
        # a leap second is none of a till's: chrono would move it to the next minute
        leap = cells.str.ends_with(":60")
        if leap.any():
            values = values.set(leap.fill_null(False), None)
        if role.time_zone is not None and role.zone is not None and role.time_zone != role.zone:
            values = _at_home(values, role.time_zone, role.zone)
        return _of_our_times(values)

    return parse


def _of_our_times(values: pl.Series) -> pl.Series:
    """chrono reads "0026-10-31" happily; no till was running then."""
    ours = values.is_between(datetime(1900, 1, 1), datetime(2200, 12, 31, 23, 59, 59))
    return values if ours.all() else values.set(~ours.fill_null(False), None)


def _moment(cells: pl.Series, role: RoleText) -> pl.Series:
    values = _plain_moment(pl.Date if role.kind == "date" else pl.Datetime)(cells, role)
    for read in (_with_tail, _by_grammar):
        at = (cells.is_not_null() & values.is_null()).arg_true()
        if not len(at):
            break
        values = values.scatter(at, read(cells.gather(at), role))
    return _of_our_times(values)


def _with_tail(cells: pl.Series, role: RoleText) -> pl.Series:
    """Moments to the second followed by an offset or a zone's name; null for all others."""
    values = _by_format(cells.str.slice(0, 19).str.replace("T", " ", literal=True), COMMON_MOMENTS[0])
    tails = cells.str.slice(19).str.strip_chars(BLANKS)
    values = values.set(
        ~tails.str.contains(r"^(?:[Zz]|[+-][0-9]{2}:?[0-9]{2}|[A-Za-z][A-Za-z].+)$").fill_null(False), None
    )
    return _at_tails(values, tails, role.zone) if values.null_count() < len(values) else values


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
    if role.time_zone is not None and role.zone is not None and role.time_zone != role.zone:
        is_told = pl.coalesce("offset", "zone").is_not_null()
        values = values.zip_with(parts.select(is_told).to_series(), _at_home(values, role.time_zone, role.zone))
    return _at_tails(values, parts.select(pl.coalesce("offset", "zone")).to_series(), role.zone)


def _at_home(values: pl.Series, away: str, home: str) -> pl.Series:
    """Local times of one zone as local times of another. An hour that comes twice in autumn is taken as the first, one
    that spring leaves out is null."""
    placed = values.dt.replace_time_zone(away, ambiguous="earliest", non_existent="null")
    return placed.dt.convert_time_zone(home).dt.replace_time_zone(None)


def _placed(values: pl.Series, tail: str, home: str | None) -> pl.Series | None:
    """Local times followed by an offset or the name of a zone, as times at home; None where it is neither."""
    if home is None:
        return None
    if re.fullmatch(r"[Zz]|[+-][0-9]{2}:?[0-9]{2}", tail):
        digits = tail[1:].replace(":", "") or "0000"
        east = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if tail[0] == "-" else 1)
        return (values - east).dt.replace_time_zone("UTC").dt.convert_time_zone(home).dt.replace_time_zone(None)
    zone = TIME_ZONE_NAMES.get(tail, tail)
    if zone == home:
        return values
    try:
        return _at_home(values, zone, home)
    except pl.exceptions.ComputeError:  # what polars says of a zone that the tz database does not have
        return None


def _at_tails(values: pl.Series, tails: pl.Series, home: str | None) -> pl.Series:
    """Each of the local times that is followed by something, at home; null where that is no offset and no zone."""
    read = values.set(tails.is_not_null(), None)
    for tail in tails.filter(values.is_not_null()).drop_nulls().unique().to_list():
        found = _placed(values, tail, home)
        if found is not None:
            read = read.zip_with((tails != tail).fill_null(True), found)
    return read


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
        .str.extract_groups(r"^(?:(?<year>[0-9]{4})-|-{1,2})?(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})$")
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


def _month(cells: pl.Series, role: RoleText) -> pl.Series:
    parts = cells.str.extract_groups(r"^([0-9]{4})[-/.年]([0-9]{1,2})(?:月|[-/.月][0-9]{1,2}日?(?:[ T].*)?)?$").struct
    return (parts.field("1") + "-" + parts.field("2").str.zfill(2) + "-01").str.to_date("%Y-%m-%d", strict=False)


_PARSERS: dict[str, Callable[[pl.Series, RoleText], pl.Series]] = {
    "id": lambda cells, role: cells,
    "text": lambda cells, role: cells,
    "money": _decimal(MONEY, 15, 2),
    "unit_price": _decimal(UNIT_PRICE, 11, 6),
    "quantity": _decimal(QUANTITY, 14, 3),
    "count": _whole(r"^[0-9]{1,15}(\.0)?$", 0, 10**15),
    "scale": _whole(r"^[0-9]{1,2}(\.0+)?$", 0, 10),
    "share": _share,
    "date": _moment,
    "datetime": _moment,
    "bool": _word({word: True for word in YES} | {word: False for word in NO}, pl.Boolean()),
    "calendar": _word({word: "lunar" for word in LUNAR} | {word: "solar" for word in SOLAR}, pl.String()),
    "phone": _phone,
    "email": _email,
    "month_day": _month_day,
    "month": _month,
}

_AT_ONCE: dict[str, Callable[[pl.Series, RoleText], pl.Series]] = {
    "money": _plain_decimal(MONEY, 15, 2),
    "unit_price": _plain_decimal(UNIT_PRICE, 11, 6),
    "quantity": _plain_decimal(QUANTITY, 14, 3),
    "date": _plain_moment(pl.Date),
    "datetime": _plain_moment(pl.Datetime),
    "phone": lambda cells, role: phones.keys_as_they_stand(cells, role.country),
}
