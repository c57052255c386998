"""Feast days that gifts are sent for, by the words the shops write: most move through the solar calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Feast:
    """A feast and its rule: a month and day of either calendar, or the n-th weekday (Monday 0) of a solar month."""

    code: str
    words: tuple[str, ...]
    rule: Literal["solar", "lunar", "weekday"]
    month: int
    day: int
    """Of the month; for the rule "weekday" which one of the month it is (2: the second)."""
    weekday: int = 6


FEASTS = (
    Feast("spring_festival", ("春节", "新年", "过年", "spring festival", "chinese new year", "lunar new year"), "lunar", 1, 1),
    Feast("lantern", ("元宵节", "元宵", "lantern festival"), "lunar", 1, 15),
    Feast("dragon_boat", ("端午节", "端午", "dragon boat festival"), "lunar", 5, 5),
    Feast("qixi", ("七夕", "七夕节", "qixi"), "lunar", 7, 7),
    Feast("mid_autumn", ("中秋节", "中秋", "mid-autumn festival", "mid-autumn"), "lunar", 8, 15),
    Feast("double_ninth", ("重阳节", "重阳", "double ninth festival"), "lunar", 9, 9),
    Feast("valentine", ("情人节", "valentine", "valentine's day"), "solar", 2, 14),
    Feast("womens_day", ("妇女节", "女神节", "三八节", "women's day"), "solar", 3, 8),
    Feast("520", ("520", "five_twenty", "20 may"), "solar", 5, 20),
    Feast("teachers_day", ("教师节", "teachers' day"), "solar", 9, 10),
    Feast("christmas", ("圣诞节", "圣诞", "christmas"), "solar", 12, 25),
    Feast("mothers_day", ("母亲节", "mothers_day", "mother's day"), "weekday", 5, 2),
    Feast("fathers_day", ("父亲节", "fathers_day", "father's day"), "weekday", 6, 3),
)  # fmt: skip
"""Mother's and Father's Day as in China, the US and most of Europe; Britain's Mothering Sunday is given as a date."""
