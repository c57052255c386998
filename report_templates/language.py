"""Words, numbers, money and dates in the reader's language: gettext-style sentences and Babel's formats.

The msgid of a sentence is its English source text with named placeholders. `locales/zh_CN.po` is read once at the
first use; English needs no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent, get_currency_precision, get_currency_symbol
from markupsafe import Markup, escape

from schemas.metrics import METRICS
from schemas.period import Month

if TYPE_CHECKING:  # look-ups speak without the review
    from schemas.page_values import Person, Value

LOCALES = Path(__file__).parent / "locales"
UNKNOWN = "–"
MINUS = "−"
LONGEST_PIECE = 24
"""A longer name may break: it would leave its column."""

SYMBOLS = {"CNY": "¥", "USD": "$", "GBP": "£", "EUR": "€", "HKD": "HK$"}
"""One currency has one sign in both languages; the others are Babel's."""

DAY_FORMATS = {
    "zh": {"day": "M月d日", "cell": "MM-dd", "full": "y年M月d日", "month": "y年M月", "month_name": "M月"},
    "en": {"day": "d MMM", "cell": "d MMM", "full": "d MMMM y", "month": "MMMM y", "month_name": "MMMM"},
}
LUNAR_MONTHS = "正二三四五六七八九十冬腊"
LUNAR_TENS = ("初", "十", "廿", "三")
LUNAR_DIGITS = "十一二三四五六七八九"
PURE_NUMBERS = re.compile(r"^(\d{1,2})-(\d{1,2})$")


@cache
def _catalogue(locale: str) -> dict[str, str]:
    """msgid → translation; empty for English, whose msgids are the text."""
    path = LOCALES / f"{locale}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    texts = {}
    for message in catalogue:
        msgid, translation = _singular(message.id), _singular(message.string)
        if msgid and translation:
            texts[msgid] = translation
    return texts


def _singular(text: str | Iterable[str] | None) -> str:
    """The first form of a message: Chinese has one, and English is in the source."""
    return text if isinstance(text, str) else next(iter(text or ()), "")


def money_places(currency: str) -> int:
    """Decimals of the currency: 2 for CNY, 0 for JPY."""
    return get_currency_precision(currency)


def rounded(amount: Decimal, places: int) -> Decimal:
    """The amount with exactly that many decimals, half to even."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


class Language:
    """Says things in one locale and currency. With `for_pages` names, dates and amounts come as unbreakable spans."""

    def __init__(self, locale: str, currency: str, *, for_pages: bool = False) -> None:
        self.locale = locale
        self.currency = currency
        self.is_chinese = locale.startswith("zh")
        self._babel = Locale.parse(locale)
        self._texts = _catalogue(locale)
        self._formats = DAY_FORMATS["zh" if self.is_chinese else "en"]
        self._for_pages = for_pages
        self.plain = Language(locale, currency) if for_pages else self
        """The same language without markup: for attributes, pictures and table cells."""
        self.symbol = SYMBOLS.get(currency) or get_currency_symbol(currency, self._babel)
        self.money_unit = "元" if self.is_chinese and currency == "CNY" else self.symbol

    @property
    def tag(self) -> str:
        """BCP 47: zh-CN, en."""
        return self.locale.replace("_", "-")

    # ---- sentences
    def text(self, msgid: str, **params: object) -> str:
        """The sentence, with its placeholders filled; markup when one of them is."""
        return self._filled(self._texts.get(msgid, msgid), params)

    def plural(self, one: str, many: str, n: int, **params: object) -> str:
        """The sentence for n of something; {n} is the number with its grouping."""
        template = self._texts.get(one) or (one if n == 1 else many)
        return self._filled(template, {"n": self.count(n), **params})

    def joined(self, parts: Iterable[str]) -> str:
        """A list in prose: 甲、乙、丙 or one, two, three."""
        separator = "、" if self.is_chinese else ", "
        return _joined(separator, parts)

    def sentences(self, parts: Iterable[str]) -> str:
        """Sentences one after the other, spaced as the language does."""
        return _joined("" if self.is_chinese else " ", parts)

    def clauses(self, parts: Sequence[str]) -> str:
        """Clauses of one sentence, divided by the language's semicolon."""
        text = parts[0]
        for part in parts[1:]:
            text = self.text("{first}; {second}", first=text, second=part)
        return text

    def _filled(self, template: str, params: dict[str, object]) -> str:
        if any(isinstance(value, Markup) for value in params.values()):
            return Markup(escape(template)).format(**params)
        return template.format(**params) if params else template

    def kept(self, text: str) -> str:
        """The text as one piece that no line break may cut."""
        if not self._for_pages or len(text) > LONGEST_PIECE:
            return text
        return Markup('<span class="keep">{}</span>').format(text)

    # ---- names
    def person(self, person: Person) -> str:
        """A masked name; with the phone's last digits where known."""
        return self.kept(person.masked_name)

    def names(self, people: Iterable[Person]) -> str:
        return self.joined(self.person(person) for person in people)

    # ---- numbers
    def count(self, n: int) -> str:
        """A whole number with grouping."""
        return format_decimal(n, format="#,##0", locale=self._babel).replace("-", MINUS)

    def decimal(self, x: float | Decimal, places: int = 1) -> str:
        pattern = "#,##0." + "0" * places if places else "#,##0"
        return _signed(format_decimal(Decimal(str(x)), format=pattern, locale=self._babel))

    def share(self, x: float, places: int = 1) -> str:
        """A fraction as per cent."""
        pattern = "#,##0." + "0" * places + "%" if places else "#,##0%"
        return _signed(format_percent(Decimal(str(x)), format=pattern, locale=self._babel))

    def amount(self, x: Decimal) -> str:
        """Money for a table cell: no sign of the currency, whole units unless small."""
        places = money_places(self.currency) if 0 < abs(x) < 10 else 0
        pattern = "#,##0." + "0" * places if places else "#,##0"
        return _signed(format_decimal(rounded(x, places), format=pattern, locale=self._babel))

    def money(self, x: Decimal) -> str:
        """Money with its sign, every digit of the whole unit."""
        sign, digits = (MINUS, -x) if x < 0 else ("", x)
        return self.kept(f"{sign}{self.symbol}{self.amount(digits)}")

    def short_money(self, x: Decimal) -> str:
        """Money in prose: ¥128.4 万, ¥1.28m; every digit where it is not large."""
        for limit, divisor, places, suffix in self._large_units():
            if abs(x) >= limit:
                sign = MINUS if x < 0 else ""
                places = 0 if abs(x) >= 1000 * limit else places
                return self.kept(f"{sign}{self.symbol}{self.decimal(abs(x) / divisor, places)}{suffix}")
        return self.money(x)

    def _large_units(self) -> tuple[tuple[int, int, int, str], ...]:
        if self.is_chinese:
            return ((10**8, 10**8, 2, "\u00a0亿"), (10**4, 10**4, 1, "\u00a0万"))
        return ((10**9, 10**9, 2, "bn"), (10**6, 10**6, 2, "m"), (10**5, 10**3, 0, "k"))

    def value(self, name: str, value: Value, *, short: bool = False) -> str:
        """A metric's value in its unit; – when unknown."""
        if value is None:
            return UNKNOWN
        unit = METRICS[name].unit
        if unit == "money":
            return self.short_money(Decimal(value)) if short else self.money(Decimal(value))
        if unit == "share":
            return self.share(float(value))
        if unit == "index":
            return self.decimal(float(value), 2)
        return self.count(int(value))

    def signed(self, text: str, is_positive: bool) -> str:
        """+ before a rise; a fall carries its minus already."""
        return "+" + text if is_positive else text  # not an f-string: markup would print as it is written

    # ---- dates
    def day(self, day: date) -> str:
        """A day in prose: 11月8日, 8 Nov."""
        return self.kept(self._date(day, "day"))

    def cell_day(self, day: date) -> str:
        """A day in a table: 11-08, 8 Nov."""
        return self._date(day, "cell")

    def full_day(self, day: date) -> str:
        return self._date(day, "full")

    def near_day(self, day: date, as_of: date) -> str:
        """A day in prose, with its year when that is not the review's."""
        if day.year == as_of.year or 0 < (day - as_of).days < 180:
            return self.day(day)
        return self.kept(
            self._date(day, "full" if self.is_chinese else "day") + ("" if self.is_chinese else f" {day.year}")
        )

    def month(self, month: Month) -> str:
        """2026年10月, October 2026."""
        return self._date(month.first_day, "month")

    def month_name(self, month: Month) -> str:
        """10月, October."""
        return self._date(month.first_day, "month_name")

    def month_letter(self, month: Month) -> str:
        """A month on an axis: 10月, Oct."""
        return f"{month.month}月" if self.is_chinese else format_date(month.first_day, "MMM", self._babel)

    def weekday(self, day: date) -> str:
        """周一 or Mon, for the head of a calendar."""
        if self.is_chinese:
            return "周" + "一二三四五六日"[day.weekday()]
        return format_date(day, "EEE", self._babel)

    def moment(self, moment: datetime, time_zone: str) -> str:
        """A moment on the store's clock: 2026-11-02 06:00."""
        return moment.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M")

    def lunar(self, lunar_text: str | None) -> str:
        """10-03 as 十月初三; in English as it stands. Unreadable text stays as it is."""
        match = PURE_NUMBERS.match(lunar_text or "")
        if not self.is_chinese or match is None:
            return self.kept(lunar_text or "")
        month, day = int(match[1]), int(match[2])
        if not (1 <= month <= 12 and 1 <= day <= 30):
            return self.kept(lunar_text or "")
        return self.kept(f"{LUNAR_MONTHS[month - 1]}月{_lunar_day(day)}")

    def _date(self, day: date, form: str) -> str:
        return format_date(day, self._formats[form], self._babel)


def _lunar_day(day: int) -> str:
    whole_tens = {10: "初十", 20: "二十", 30: "三十"}
    return whole_tens.get(day) or LUNAR_TENS[day // 10] + LUNAR_DIGITS[day % 10]


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def _joined(separator: str, parts: Iterable[str]) -> str:
    found = list(parts)
    if any(isinstance(part, Markup) for part in found):
        return Markup(escape(separator)).join(found)
    return separator.join(found)
