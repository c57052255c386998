"""Page 7, "next month's care": a calendar with counts, VIPs' dates by name, and the list of all that falls due."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from report_templates import care_sentences, reason_sentences
from report_templates.comparison import care_by_kind
from report_templates.copyfit import lines
from report_templates.language import Language
from schemas.period import Month
from schemas.review import CareDate, Review
from schemas.segments import CARE_KIND

ROOM = 19
"""So many lines of dates are printed: one page; the calendar and the table by kind count all."""
MISSED = 5
"""At most this many of last month's missed contacts are printed."""
FURTHER_LINE = 0.65
"""Of a row's height, each further line of what it is about."""
ABOUT_WIDTH = 190.0
"""Points that such a line holds."""
ROUTINE = ("three_weeks", "long_absent")
PERSONAL = ("birthday", "anniversary", "gift_day")
NAMED_IN_A_DAY = 3


def care_page(review: Review, say: Language) -> Mapping[str, object] | None:
    """What the template of page 7 shows; None when no care falls due."""
    if not review.care:
        return None
    month = Month.parse(review.month).next
    due = [care for care in review.care if not care.missed]
    listed = most_important(review, say)
    more = len(review.care) - len(listed)
    return {
        "title": care_sentences.care_title(say, review, month),
        "lede": care_sentences.care_lede(say, review),
        "month": say.month(month),
        "weekdays": [say.weekday(date(2026, 11, 2 + place)) for place in range(7)],
        "weeks": _weeks(due, month, say),
        "kinds": _kinds(review, say),
        "kinds_title": _kinds_title(due, say),
        "busiest": care_sentences.busiest_title(say, Counter(row.due_on for row in due)),
        "groups": _groups(listed, review, say),
        "is_staffed": any(row.associate_name for row in listed),
        "more": say.plural("And {n} more, counted above.", "And {n} more, counted above.", more) if more else None,
    }


def most_important(review: Review, say: Language) -> list[CareDate]:
    """What is printed where not all fits: a few missed ones, then personal dates before routine, VIPs first."""
    missed = sorted((row for row in review.care if row.missed), key=_by_weight)[:MISSED]
    due = sorted((row for row in review.care if not row.missed), key=_by_weight)
    listed: list[CareDate] = []
    room = float(ROOM)
    for row in (*missed, *due):
        about = reason_sentences.care_reason(say.plain, row, review.as_of)
        room -= 1 + FURTHER_LINE * (lines(about, 7.8, ABOUT_WIDTH) - 1)
        if room < 0:
            break
        listed.append(row)
    return sorted(listed, key=_in_list)


def _by_weight(row: CareDate) -> tuple[object, ...]:
    return row.kind in ROUTINE, row.kind not in PERSONAL, not row.is_vip, row.due_on, row.person.customer_id


def _in_list(row: CareDate) -> tuple[object, ...]:
    return (not row.missed, row.due_on, not row.is_vip, row.kind, row.person.customer_id)


def _weeks(due: Sequence[CareDate], month: Month, say: Language) -> list[list[Mapping[str, object] | None]]:
    """The calendar, Monday first: for each day its count, the VIPs by name and how busy it is."""
    by_day: dict[date, list[CareDate]] = {}
    for row in due:
        by_day.setdefault(row.due_on, []).append(row)
    top = max((len(rows) for rows in by_day.values()), default=1)
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    return [
        [_day(day, by_day.get(day, []), top, say) if Month.of(day) == month else None for day in week] for week in weeks
    ]


def _day(day: date, rows: Sequence[CareDate], top: int, say: Language) -> Mapping[str, object]:
    vips = [row for row in rows if row.is_vip]
    return {
        "day": day.day,
        "count": say.count(len(rows)) if rows else "",
        "heat": 0 if not rows else 1 + round(3 * len(rows) / top),
        "vips": say.names(row.person for row in vips[:NAMED_IN_A_DAY]),
        "more_vips": len(vips) - NAMED_IN_A_DAY if len(vips) > NAMED_IN_A_DAY else 0,
    }


def _kinds(review: Review, say: Language) -> list[tuple[str, str, str]]:
    """Kind, how many, of which missed."""
    counts, missed = (care_by_kind(review, missed=is_missed) for is_missed in (False, True))
    return [
        (CARE_KIND[code].label(say.locale), say.count(counts[code]), say.count(missed[code]) if missed[code] else "")
        for code in CARE_KIND
        if counts[code] or missed[code]
    ]


def _kinds_title(due: Sequence[CareDate], say: Language) -> str:
    ((code, n),) = Counter(row.kind for row in due).most_common(1) or [("", 0)]
    return care_sentences.kinds_title(say, code, n)


def _groups(listed: Sequence[CareDate], review: Review, say: Language) -> list[Mapping[str, object]]:
    """The list: what was missed, then what falls due."""
    month = say.month_name(Month.parse(review.month).next)
    groups: dict[str, list[Mapping[str, object]]] = {}
    for row in listed:
        head = say.text("Missed last month") if row.missed else say.text("Due in {month}", month=month)
        groups.setdefault(head, []).append(_row(row, review, say))
    return [{"head": head, "rows": rows} for head, rows in groups.items()]


def _row(row: CareDate, review: Review, say: Language) -> Mapping[str, object]:
    return {
        "due": say.cell_day(row.due_on),
        "weekday": say.weekday(row.due_on),
        "name": row.person.masked_name,
        "tail": row.person.phone_tail,
        "is_vip": row.is_vip,
        "kind": CARE_KIND[row.kind].label(say.locale),
        "why": reason_sentences.care_reason(say, row, review.as_of),
        "associate": row.associate_name or say.text("Unassigned"),
    }
