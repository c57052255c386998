"""Months, month ends and the two times of a review: `as_of` (business time) and `known_at` (known time)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

MONTH_PATTERN = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")

DAY_BITS = 18
"""Days since 1970 take no more, up to the year 2687: several numbers packed in one sort as all would."""


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written 2026-10. A review of it is as of its last day, the end of that day included."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-10"; ValueError with the remedy when it is anything else."""
        match = MONTH_PATTERN.match(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a month: write it as YYYY-MM, for example 2026-10")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that `day` falls in."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> Self:
        """The month that many months later (earlier when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return type(self)(index // 12, index % 12 + 1)

    @property
    def next(self) -> Self:
        return self.plus(1)

    @property
    def previous(self) -> Self:
        return self.plus(-1)

    def through(self, last: Month) -> list[Month]:
        """Every month from this one to `last`, both included; empty when `last` is earlier."""
        count = (last.year - self.year) * 12 + last.month - self.month + 1
        return [self.plus(step) for step in range(max(count, 0))]

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def window_start(as_of: date, months: int) -> date:
    """First day of the window of `months` calendar months that ends with the month of `as_of`."""
    return Month.of(as_of).plus(1 - months).first_day


def year_start(as_of: date) -> date:
    """First day of "year to date"."""
    return date(as_of.year, 1, 1)


def same_day_months_later(day: date, months: int) -> date:
    """The same day of the month that many months later, clipped to the month's end (31 January → 28 February)."""
    target = Month.of(day).plus(months)
    return min(target.first_day + timedelta(days=day.day - 1), target.last_day)
