"""The days of the period: the trade's festivals, each day's demand, promotions and the price level."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate

from borax.calendars.lunardate import LunarDate

from schemas.period import Month

NEVER = 10**9
"""A day that does not come."""


WEEKDAYS = (0.82, 0.82, 0.85, 0.9, 1.08, 1.3, 1.28)
"""How busy a day of the week is, from Monday."""


SEASONS: dict[str, dict[str, tuple[int, int, float]]] = {
    "jewellery": {
        "new_year": (-25, -1, 1.9),
        "valentine": (-7, 0, 1.7),
        "mothers_day": (-4, 0, 1.4),
        "five_twenty": (-5, 0, 1.8),
        "qixi": (-7, 0, 2.0),
        "weddings": (-12, 20, 1.5),
        "double_11": (-8, 0, 1.4),
        "christmas": (-6, 0, 1.3),
    },
    "flowers": {
        "new_year": (-10, -1, 2.2),
        "valentine": (-2, 0, 6.0),
        "womens_day": (-1, 0, 3.0),
        "mothers_day": (-2, 0, 5.0),
        "five_twenty": (-1, 0, 5.0),
        "qixi": (-1, 0, 5.5),
        "teachers_day": (-1, 0, 2.0),
        "weddings": (-5, 10, 1.3),
    },
    "promotion": {
        "new_year": (-20, -6, 7.0),
        "womens_day": (-7, 0, 5.0),
        "mid_year": (-9, 0, 7.0),
        "double_11": (-11, 0, 9.0),
    },
    "even": {},
}
"""Kind of demand → festival → (first day, last day, how much busier)."""


PROMOTIONS = SEASONS["promotion"]
"""The chain's own promotions run while promotion hunters come."""


def mothers_day(year: int) -> date:
    """Second Sunday of May."""
    first = date(year, 5, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


def festivals(year: int) -> dict[str, date]:
    """The days of a year that fill jewellers and florists."""
    return {
        "new_year": LunarDate(year, 1, 1).to_solar_date(),
        "valentine": date(year, 2, 14),
        "womens_day": date(year, 3, 8),
        "mothers_day": mothers_day(year),
        "five_twenty": date(year, 5, 20),
        "qixi": LunarDate(year, 7, 7).to_solar_date(),
        "teachers_day": date(year, 9, 10),
        "weddings": date(year, 10, 1),
        "double_11": date(year, 11, 11),
        "mid_year": date(year, 6, 18),
        "christmas": date(year, 12, 25),
    }


class Calendar:
    """Days of the period as whole numbers from 0, with each day's demand, promotion and price level."""

    def __init__(self, first: Month, last: Month) -> None:
        self.months = first.through(last)
        self.start = first.first_day
        self.days = (last.last_day - self.start).days + 1
        self.iso = [self.on(day).isoformat() for day in range(self.days)]
        self.month_of = [text[:7] for text in self.iso]
        years = range(self.start.year - 1, last.year + 2)
        self.festival = {year: {name: self.day(on) for name, on in festivals(year).items()} for year in years}
        self.demand = {season: self._demand(peaks) for season, peaks in SEASONS.items()}
        self.promotion = [False] * self.days
        for name, (first_day, last_day, _) in PROMOTIONS.items():
            for day in self._window(name, first_day, last_day):
                self.promotion[day] = True
        rises = (len(self.months) * 11 // 30, len(self.months) * 22 // 30)
        self.price_rises = [self.day(self.months[step].first_day) for step in rises if step > 0]

    def on(self, day: int) -> date:
        """The date of a day."""
        return self.start + timedelta(days=day)

    def day(self, on: date) -> int:
        return (on - self.start).days

    def text(self, seconds: int) -> str:
        """Seconds since the first day, within the period, as "2026-03-08 14:05:09"."""
        day, rest = divmod(seconds, 86400)
        return f"{self.iso[day]} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"

    def date_text(self, day: int) -> str:
        """The date of a day as text; empty for a day that does not come."""
        return "" if abs(day) >= NEVER else self.on(day).isoformat()

    def month_starts(self) -> list[tuple[str, int, int]]:
        """Every month with its first and last day."""
        return [(str(month), self.day(month.first_day), self.day(month.last_day)) for month in self.months]

    def price_level(self, day: int) -> float:
        """Jewellery gets dearer twice; the dates are known, so that leaving over the price has a day."""
        return 1.075 ** bisect_right(self.price_rises, day)

    def next_day(self, season: str, day: int, gap: float) -> int:
        """The day on which `gap` average days' worth of demand has passed since `day`; NEVER when after the period."""
        passed = self.demand[season]
        found = bisect_left(passed, passed[day] + gap)
        return max(found, day + 1) if found < self.days else NEVER

    def busy_day(self, season: str, first: int, chance: float) -> int:
        """A day from `first` on, busy days oftener; `chance` in 0–1 chooses it."""
        passed = self.demand[season]
        target = passed[first] + chance * (passed[self.days] - passed[first])
        return min(max(bisect_right(passed, target) - 1, first), self.days - 1)

    def _window(self, name: str, first: int, last: int) -> Iterable[int]:
        for year in sorted(self.festival):
            at = self.festival[year][name]
            yield from (day for day in range(at + first, at + last + 1) if 0 <= day < self.days)

    def _demand(self, peaks: dict[str, tuple[int, int, float]]) -> list[float]:
        """Demand passed before each day, scaled to one a day on average."""
        weight = [WEEKDAYS[self.on(day).weekday()] for day in range(self.days)]
        for name, (first, last, times) in peaks.items():
            for day in self._window(name, first, last):
                weight[day] *= times
        total = sum(weight)
        return [0.0, *(share * self.days / total for share in accumulate(weight))]
