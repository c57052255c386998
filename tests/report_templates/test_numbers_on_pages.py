"""Every number on every page stands in review.json, or in the words around it: nothing is computed on the way to paper."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from report_templates import care_page, data_page, identity_page, people_page
from report_templates.language import Language
from report_templates.review_json import review_json
from schemas.metrics import METRICS
from schemas.period import Month
from schemas.review import Review
from schemas.segments import ATTITUDE, STATUS, VALUE_CLASS
from tests.report_templates.test_render import pages, review

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"\d+(?:[,.]\d+)*")
SHOWN_OF_A_CODE = range(6, 17)
"""Characters of an id that a page may show of it."""
REVIEWS = ("ordinary_zh", "ordinary_en", "tiny_zh", "tiny_en", "closed_zh", "chain6_en", "chain38_zh", "lists_back_en",
           "chain_lists_back_zh")  # fmt: skip


def numbers(text: str) -> list[str]:
    return NUMBER.findall(text)


def leaves(told: object) -> Iterator[object]:
    if isinstance(told, dict):
        for value in told.values():
            yield from leaves(value)
    elif isinstance(told, list):
        for value in told:
            yield from leaves(value)
    else:
        yield told


def as_shown(value: object, say: Language, time_zone: str) -> set[str]:
    """The numbers that any way of writing this value may put on a page."""
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, str):
        return {number for text in _texts_of(value, say, time_zone) for number in numbers(text)}
    amount = abs(Decimal(str(value)))
    texts = [say.count(int(amount.to_integral_value())), say.amount(amount), say.short_money(amount), str(value)]
    texts += [say.decimal(amount, places) for places in (0, 1, 2, 3)]
    if not isinstance(value, int):  # a share; also as percentage points
        texts += [say.share(float(amount), places) for places in (0, 1, 2)]
        texts += [say.decimal(amount * 100, places) for places in (0, 1, 2)]
    return {number for text in texts for number in numbers(text)}


def _texts_of(value: str, say: Language, time_zone: str) -> list[str]:
    texts = [value, *(value[:length] for length in SHOWN_OF_A_CODE if " " not in value)]
    if re.fullmatch(r"\d{4}-\d\d", value):
        month = Month.parse(value)
        texts += [say.month(month), say.month_name(month), say.month_letter(month)]
    elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        day = date.fromisoformat(value)
        texts += [say.day(day), say.cell_day(day), say.full_day(day), say.near_day(day, day.replace(year=day.year - 5))]
    elif re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+Z", value):
        texts.append(say.moment(datetime.fromisoformat(value.replace("Z", "+00:00")), time_zone))
    return texts


@cache
def in_the_words() -> frozenset[str]:
    """Numbers that stand in sentences, labels and definitions themselves: "12 months", "the first 10"."""
    texts = [
        text for metric in METRICS.values() for text in (metric.zh, metric.en, metric.meaning_zh, metric.meaning_en)
    ]
    for named in (STATUS, VALUE_CLASS, ATTITUDE):
        texts += [text for one in named.values() for text in vars(one).values() if isinstance(text, str)]
    for path in (ROOT / "report_templates").glob("*.py"):
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
        texts += [
            argument.value
            for call in calls
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("text", "plural")
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
    texts += [path.read_text("utf-8") for path in (ROOT / "report_templates" / "templates").glob("*.html")]
    texts.append((ROOT / "report_templates" / "locales" / "zh_CN.po").read_text("utf-8"))
    return frozenset(number for text in texts for number in numbers(text))


def left_out(told: dict[str, dict[str, list[object]]], source: Review, say: Language) -> set[str]:
    """How many rows of a long table are not printed: "and 170 more in review.json"."""
    care = len(source.care) - len(care_page.most_important(source, say))
    limits = {"files": data_page.FILES, "proposals": identity_page.PAIRS, "shared_keys": identity_page.SHARED,
              "decisions": identity_page.DECISIONS, "staff": people_page.STAFF,
              "handover": people_page.HANDED_OVER, "expiring": people_page.EXPIRING}  # fmt: skip
    more = [care, *(len(told["tables"].get(name, [])) - limit for name, limit in limits.items())]
    return {say.count(n) for n in more}


def calendar_days(source: Review) -> set[str]:
    """The days of the coming month, which its calendar counts."""
    return {str(day) for day in range(1, Month.parse(source.month).next.last_day.day + 1)}


def unexplained(source: Review, found: list[str]) -> list[tuple[int, str]]:
    """(page, number) of every printed number that neither review.json nor the words give."""
    say = Language(source.locale, source.currency)
    told = json.loads(review_json(source), parse_float=Decimal)
    known = {number for value in leaves(told) for number in as_shown(value, say, source.time_zone)}
    known |= {str(page) for page in range(1, len(found) + 1)} | in_the_words() | left_out(told, source, say)
    known |= set(numbers(say.month(Month.parse(source.month).plus(-12))))  # where a trend begins
    strangers = []
    for at, page in enumerate(found, start=1):
        days = calendar_days(source) if source.care else set()
        strangers += [(at, number) for number in numbers(page) if number not in known | days]
    return strangers


@pytest.mark.parametrize("name", REVIEWS)
def test_every_printed_number_is_in_the_json_or_in_the_words(name):
    assert unexplained(review(name), pages(name)) == []


@pytest.mark.parametrize("kind", ["ordinary", "tiny"])
def test_both_languages_tell_the_same_numbers(kind):
    def values(name: str) -> list[object]:
        told = json.loads(review_json(review(name)), parse_float=Decimal)
        return [
            value for value in leaves({k: told[k] for k in ("metrics", "month", "as_of")}) if not isinstance(value, str)
        ]

    assert values(f"{kind}_zh") == values(f"{kind}_en")


def test_a_wrong_number_would_be_found():
    """The words and the JSON do not explain everything."""
    printed = [page.replace("8,776,664", "8,776,665") for page in pages("ordinary_en")]
    assert {number for _, number in unexplained(review("ordinary_en"), printed)} == {"8,776,665"}
