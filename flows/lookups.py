"""The look-ups: find a customer, whose dates come, what care is due. From the customer index, logged, never guessed.

Imports neither Prefect nor WeasyPrint nor the lake: these wait until an index or a page is to be made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flows import customer_index
from flows.access_log import write_access
from flows.config import Settings, Workspace
from flows.errors import RegularsError, UsageError
from report_templates.language import Language
from report_templates.message_drafts import care_message, greeting
from schemas.dossier import AskedOn, CareRow, DateRow, Dossier, Match
from transforms import dossier as answers
from transforms.customer_search import masked_query
from transforms.occasions import occasion_of_day

MATCHES_SHOWN = 20
DAYS_AT_MOST = 366


@dataclass(frozen=True)
class Asking:
    """Who asks, how the answer goes out, and the moment: nothing below reads a clock."""

    now: datetime
    """UTC, naive."""
    is_full: bool
    given_as: str
    """text, json or pdf."""
    note: Callable[[str], None]
    """Is told that the index is made anew, or that the answer is stale."""


@dataclass(frozen=True)
class Found:
    """The answer to `regulars customer`: several matches, or one and its dossier."""

    asked: AskedOn
    matches: list[Match]
    dossier: Dossier | None

    def as_json(self) -> dict[str, Any]:
        return {**_told(self.asked), "matches": self.matches, "dossier": self.dossier}


@dataclass(frozen=True)
class DayCare:
    """The answer to `regulars care`."""

    asked: AskedOn
    rows: list[CareRow]
    messages: list[str]
    """The draft of each row."""
    greeting: str | None
    """What may be wished everybody on that day: a feast, or a season's first day."""
    quiet_from: str
    quiet_until: str

    def as_json(self) -> dict[str, Any]:
        rows = [{**asdict(row), "message": message} for row, message in zip(self.rows, self.messages, strict=True)]
        hours = {"quiet_from": self.quiet_from, "quiet_until": self.quiet_until}
        return {**_told(self.asked), **hours, "greeting": self.greeting, "care": rows}


@dataclass(frozen=True)
class ComingDates:
    """The answer to `regulars dates`."""

    asked: AskedOn
    first: date
    last: date
    rows: list[DateRow]

    def as_json(self) -> dict[str, Any]:
        return {**_told(self.asked), "first": self.first, "last": self.last, "dates": self.rows}


def find_customer(workspace: Workspace, settings: Settings, query: str, asking: Asking) -> Found:
    """The customers that the query may mean; the dossier when there is one. UsageError when nobody fits."""
    if not query.strip():
        raise UsageError("name somebody: a surname, pinyin, four digits of a phone, or an id")
    index = customer_index.opened(workspace, settings, note=asking.note)
    asked = _asked(settings, index, asking, None)
    matches = answers.found(index.frames, query, asked.day, is_full=asking.is_full)
    shown = matches[:MATCHES_SHOWN]
    write_access(
        workspace, "customer", [one.customer_id for one in shown], now=asking.now, is_full=asking.is_full,
        given_as=asking.given_as, asked={"fits": len(matches)},
    )  # fmt: skip
    if not matches:
        raise UsageError(
            f"nobody fits {masked_query(query)!r}: try a surname, pinyin, at least four digits of a phone, or an id"
        )
    told = None
    if len(matches) == 1:
        told = answers.dossier(
            index.frames, matches[0].customer_id, asked.day, rules=settings.rules, is_full=asking.is_full,
        )  # fmt: skip
    return Found(asked, matches, told)


def care_of_day(
    workspace: Workspace, settings: Settings, day: date | None, store: str | None, associate: str | None, asking: Asking
) -> DayCare:
    """The care due on a day (today when None). UsageError for a store or associate that is not known."""
    index = customer_index.opened(workspace, settings, note=asking.note)
    asked = _asked(settings, index, asking, day)
    store_id = _known_store(index, store)
    associate_id = _known_associate(index, associate)
    rows = answers.care_rows(
        index.frames, asked.day, rules=settings.rules, contact=settings.contact, is_full=asking.is_full,
        store_id=store_id, associate_id=associate_id,
    )  # fmt: skip
    write_access(
        workspace, "care", [row.customer_id for row in rows], now=asking.now, is_full=asking.is_full,
        given_as=asking.given_as, asked={"day": asked.day.isoformat(), "store": store_id, "associate": associate_id},
    )  # fmt: skip
    say = Language(settings.locale, settings.currency)
    occasion = occasion_of_day(asked.day, is_chinese=say.is_chinese)
    return DayCare(
        asked,
        rows,
        [care_message(say, row, settings.contact.offer) for row in rows],
        greeting(say, occasion) if occasion else None,
        settings.contact.quiet_from,
        settings.contact.quiet_until,
    )


def coming_dates(
    workspace: Workspace, settings: Settings, first: date | None, days: int, store: str | None, asking: Asking
) -> ComingDates:
    """Whose dates fall in so many days from `first` (today when None) on."""
    if not 1 <= days <= DAYS_AT_MOST:
        raise UsageError(f"--days {days}: ask for 1 to {DAYS_AT_MOST} days")
    index = customer_index.opened(workspace, settings, note=asking.note)
    asked = _asked(settings, index, asking, first)
    last = asked.day + timedelta(days=days - 1)
    store_id = _known_store(index, store)
    rows = answers.date_rows(index.frames, asked.day, last, is_full=asking.is_full, store_id=store_id)
    write_access(
        workspace, "dates", [row.customer_id for row in rows], now=asking.now, is_full=asking.is_full,
        given_as=asking.given_as, asked={"day": asked.day.isoformat(), "days": days, "store": store_id},
    )  # fmt: skip
    return ComingDates(asked, asked.day, last, rows)


def write_dossier(found: Found, file: Path) -> None:
    """The one customer's dossier as a PDF. UsageError when several fit."""
    if found.dossier is None:
        raise UsageError(f"{len(found.matches)} customers fit: a dossier is one customer's; say more, or give an id")
    from report_templates.render import dossier_pdf

    try:
        file.write_bytes(dossier_pdf(found.dossier, found.asked))
        file.chmod(0o600)
    except OSError as error:
        raise RegularsError(f"{file} cannot be written: {error.strerror}") from None


def day_of(text: str | None) -> date | None:
    """A day as it is typed; UsageError with the remedy when it is none, or lies where no lunar calendar is known."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is no day of the calendar: write it as 2026-11-08") from None
    if not 1910 <= day.year <= 2090:
        raise UsageError(f"{text!r} is too far away: give a day from 1910 to 2090")
    return day


def _asked(settings: Settings, index: customer_index.CustomerIndex, asking: Asking, day: date | None) -> AskedOn:
    """By default today on the chain's clock, or the last day with a sale when the files are ahead of the clock."""
    today = asking.now.replace(tzinfo=UTC).astimezone(settings.zone).date()
    return AskedOn(
        chain_name=settings.name,
        day=day or max(today, index.last_sale_on),
        known_at=index.known_at.replace(tzinfo=UTC),
        last_sale_on=index.last_sale_on,
        time_zone=settings.time_zone,
        currency=settings.currency,
        locale=settings.locale,
        is_stale=index.is_stale,
        version=version("regulars"),
    )


def _known_store(index: customer_index.CustomerIndex, store: str | None) -> str | None:
    """The id of a store named by its id or name."""
    return _known(index.frames.stores, "store_id", "store", store)


def _known_associate(index: customer_index.CustomerIndex, associate: str | None) -> str | None:
    return _known(index.frames.associates, "associate_id", "associate", associate)


def _known(rows: Any, key: str, what: str, named: str | None) -> str | None:
    if named is None:
        return None
    known = rows.select(key, "name").collect().rows()
    ids = [one for one, name in known if named in (one, name)]
    if len(ids) == 1:
        return str(ids[0])
    if ids:
        raise UsageError(f"{len(ids)} have the name {named!r}: give an id of {', '.join(ids)}")
    listed = ", ".join(str(one) for one, _ in known[:12]) + (" …" if len(known) > 12 else "")
    raise UsageError(f"no {what} {named!r}" + (f"; known are {listed}" if listed else f": no {what} file has landed"))


def _told(asked: AskedOn) -> dict[str, Any]:
    return asdict(asked)
