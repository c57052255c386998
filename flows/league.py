"""`regulars league`: the associates over any period, with rates that luck alone cannot win by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flows.config import Settings
from flows.errors import UsageError
from flows.lake import Lake
from flows.month import known_ledger, month_facts
from schemas.period import Month, window_start
from transforms import people_and_opportunity
from transforms.staff import COMES_BACK_WITHIN_DAYS

MONTHS_TO_COME_BACK = 6
"""The latest month that is looked at after the period: by then those first served have had their 180 days."""


def league_rows(
    lake: Lake, settings: Settings, first: date, last: date, store_id: str | None = None
) -> tuple[list[dict[str, Any]], date]:
    """One row per associate, the best shrunken repeat rate first; and the day as of which it was counted.

    UsageError for a period that is empty, not yet known, or longer ago than 24 months before that day, and for a store
    without associates.
    """
    if last < first:
        raise UsageError(f"{last} is before {first}: give the first day first")
    known = known_ledger(lake, None)
    latest = known.ledger["last_date"].max()
    if not isinstance(latest, date) or first > latest:
        raise UsageError(f"no sales are known from {first} on")
    month = min(Month.of(last).plus(MONTHS_TO_COME_BACK), Month.of(latest))
    facts = month_facts(lake, known, settings, month)
    if first < window_start(facts.as_of, 24):
        raise UsageError(f"a league from {first} to {last} is too long: at most 18 months can be told")
    if facts.staff.is_empty():
        raise UsageError("no staff file has landed: fill in templates/associates.csv and drop it into inbox/")
    rows = people_and_opportunity.league(facts, first=first, last=last, store_id=store_id).to_dicts()
    if not rows:
        raise UsageError(f"nobody of store {store_id!r} was at work from {first} to {last}")
    return rows, facts.as_of


def league_lines(rows: list[dict[str, Any]], as_of: date, last: date) -> list[str]:
    """The league as a table for the terminal."""

    def share(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.0f} %"

    head = (
        "rank",
        "associate",
        "name",
        "store",
        "repeat rate",
        "90 %",
        "n",
        "rating",
        "complaints",
        "sign-up",
        "contacts",
    )
    body = [
        (
            str(row["rank_best"])
            if row["rank_best"] == row["rank_worst"]
            else f"{row['rank_best']}–{row['rank_worst']}",
            row["associate_id"],
            row["name"],
            row["store_id"],
            share(row["repeat_rate"]),
            f"{share(row['repeat_low'])}–{share(row['repeat_high'])}",
            str(row["first_served_90d"]),
            "–" if row["stated_satisfaction"] is None else f"{row['stated_satisfaction']:.1f}",
            str(row["complaints"]),
            share(row["sign_up_rate"]),
            str(row["contacts_logged"]),
        )
        for row in rows
    ]
    widths = [max(_columns(cell) for cell in column) for column in zip(head, *body, strict=True)]
    lines = [
        "  ".join(cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *body)
    ]
    note = "rank: the range it has in nine of ten draws; who shares a range cannot be told apart"
    if as_of < last + timedelta(days=COMES_BACK_WITHIN_DAYS):
        note += f"; counted as of {as_of}, so those first served lately may still come back"
    return [*lines, note]


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(2 if ord(sign) >= 0x2E80 else 1 for sign in text)
