"""Text to typed values: every cell either becomes the value that its role asks for, or is a problem with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from schemas.columns import DTYPES, MONEY, QUANTITY, UNIT_PRICE
from transforms import phones

BLANKS = " \t\r\n\u3000\u00a0\ufeff"

YES = ("1", "y", "yes", "true", "是", "有", "同意", "t")
NO = ("0", "n", "no", "false", "否", "无", "不同意", "f")
LUNAR = ("农历", "阴历", "lunar")
SOLAR = ("公历", "阳历", "新历", "solar")

DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")
DATETIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d",
)  # fmt: skip


@dataclass(frozen=True)
class RoleText:
    """A role's text column in the frame, and how it is read."""

    role: str
    kind: str
    required: bool
    strip_suffix: str = ""
    extract: str = ""
    country: str = "CN"
    """ISO code of the country whose telephone numbers are written without a prefix."""


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
        cleaned = _cleaned(text[role.role], role)
        if role.kind == "phone":
            cleaned = phones.without_hidden(cleaned)
        parsed = _phone(cleaned, role.country) if role.kind == "phone" else _PARSERS[role.kind](cleaned)
        values = parsed.cast(DTYPES[role.kind]).rename(role.role)
        bad = cleaned.is_not_null() & values.is_null()
        missing = cleaned.is_null() if role.required else None
        for found, code in ((bad, f"not_{role.kind}"), (missing, "missing")):
            if found is None or not found.any():
                continue
            first = found & problem_code.is_null()
            problem_role = problem_role.zip_with(~first, pl.Series([role.role], dtype=pl.String))
            problem_code = problem_code.zip_with(~first, pl.Series([code], dtype=pl.String))
        typed.append(values)
    return pl.DataFrame([*typed, problem_role.rename("problem_role"), problem_code.rename("problem_code")])


def _cleaned(cells: pl.Series, role: RoleText) -> pl.Series:
    cells = cells.str.strip_chars(BLANKS)
    if role.extract:
        cells = cells.str.extract(role.extract, 1)
    if role.kind in ("id", "phone"):
        cells = cells.str.strip_prefix("'").str.strip_chars(BLANKS)
    else:  # the apostrophe that keeps a spreadsheet from taking the text for a formula
        cells = cells.str.replace(r"^'([=+@-])", "$1")
    if role.strip_suffix:
        cells = cells.str.strip_suffix(role.strip_suffix)
    return cells.set(cells == "", None)


def _decimal(dtype: pl.Decimal, pattern: str) -> Callable[[pl.Series], pl.Series]:
    def parse(cells: pl.Series) -> pl.Series:
        bare = cells.str.replace_all(r"^([-+]?)\s*[¥¥$£€]\s*", "$1").str.strip_chars(BLANKS)
        sound = bare.str.contains(pattern)
        if bare.str.contains(",", literal=True).any():
            bare = bare.str.replace_all(",", "", literal=True)
        return bare.set(~sound, None).cast(dtype, strict=False)

    return parse


def _whole(pattern: str, low: int, high: int) -> Callable[[pl.Series], pl.Series]:
    def parse(cells: pl.Series) -> pl.Series:
        numbers = cells.set(~cells.str.contains(pattern), None).str.extract(r"^(\d+)").cast(pl.Int64, strict=False)
        return numbers.set((numbers < low) | (numbers > high), None)

    return parse


def _share(cells: pl.Series) -> pl.Series:
    percent = cells.str.ends_with("%")
    numbers = cells.str.strip_suffix("%").str.strip_chars(BLANKS)
    exact = numbers.set(~numbers.str.contains(r"^\d{1,3}(\.\d{1,10})?$"), None).cast(pl.Decimal(18, 12), strict=False)
    hundredth = (exact * pl.Series([Decimal("0.01")], dtype=pl.Decimal(18, 12))).cast(pl.Float64)
    values = exact.cast(pl.Float64).zip_with(~percent.fill_null(False), hundredth)
    return values.set(values > 1, None)


def _moment(formats: Sequence[str], dtype: type[pl.Date] | type[pl.Datetime]) -> Callable[[pl.Series], pl.Series]:
    def parse(cells: pl.Series) -> pl.Series:
        values = pl.Series([None] * len(cells), dtype=pl.Datetime("us"))
        for form in formats:
            open_cells = cells.set(values.is_not_null(), None)
            if open_cells.null_count() == len(cells):
                break
            if "%H" in form:
                found = open_cells.str.to_datetime(form, strict=False, time_unit="us")
            else:
                found = open_cells.str.to_date(form, strict=False).cast(pl.Datetime("us"))
            values = values.zip_with(found.is_null(), found)
        # chrono reads "0026-10-31" happily; no till was running then
        values = values.set((values.dt.year() < 1900) | (values.dt.year() > 2200), None)
        return values.dt.date() if dtype is pl.Date else values

    return parse


def _word(meanings: dict[str, bool] | dict[str, str], dtype: pl.DataType) -> Callable[[pl.Series], pl.Series]:
    def parse(cells: pl.Series) -> pl.Series:
        return cells.str.to_lowercase().replace_strict(meanings, default=None, return_dtype=dtype)

    return parse


def _phone(cells: pl.Series, country: str = "CN") -> pl.Series:
    return phones.normalised(cells, country)


def _email(cells: pl.Series) -> pl.Series:
    lower = cells.str.to_lowercase()
    return lower.set(~lower.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"), None)


def _month_day(cells: pl.Series) -> pl.Series:
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


_PARSERS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "id": lambda cells: cells,
    "text": lambda cells: cells,
    "money": _decimal(MONEY, r"^[-+]?(\d{1,3}(,\d{3})+|\d{1,15})(\.\d{1,2}0*)?$"),
    "unit_price": _decimal(UNIT_PRICE, r"^[-+]?(\d{1,3}(,\d{3})+|\d{1,11})(\.\d{1,6}0*)?$"),
    "quantity": _decimal(QUANTITY, r"^[-+]?(\d{1,3}(,\d{3})+|\d{1,14})(\.\d{1,3}0*)?$"),
    "count": _whole(r"^\d{1,15}(\.0+)?$", 0, 10**15),
    "scale": _whole(r"^\d{1,2}(\.0+)?$", 0, 10),
    "share": _share,
    "date": _moment(DATE_FORMATS, pl.Date),
    "datetime": _moment(DATETIME_FORMATS, pl.Datetime),
    "bool": _word({word: True for word in YES} | {word: False for word in NO}, pl.Boolean()),
    "calendar": _word({word: "lunar" for word in LUNAR} | {word: "solar" for word in SOLAR}, pl.String()),
    "phone": _phone,
    "email": _email,
    "month_day": _month_day,
}
