"""One customer on one page: what the dossier's template shows, in the report's design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from report_templates import lookup_sentences as told
from report_templates.language import UNKNOWN, Language
from schemas.dossier import AskedOn, Dossier

LONGEST_TEXT = 200
DATES, COMPLAINTS, SURVEYS = 5, 3, 2
"""How many of each the page shows, so that it stays one; --json holds all."""


def dossier_page(dossier: Dossier, asked: AskedOn, say: Language) -> Mapping[str, Any]:
    """What the template shows of one customer."""
    who = [(label, _short(value)) for label, value in told.who(say, dossier)]
    half = (len(who) + 1) // 2
    tiles = [
        (say.text("Purchases"), say.count(dossier.purchases)),
        (say.text("Net sales so far"), say.money(dossier.net_sales)),
        (say.text("Net sales, 12 months"), say.money(dossier.net_sales_12m)),
        (
            say.text("Average ticket"),
            say.money(dossier.average_ticket) if dossier.average_ticket is not None else UNKNOWN,
        ),
        (say.text("Last purchase"), say.full_day(dossier.last_purchase_on) if dossier.last_purchase_on else UNKNOWN),
    ]
    return {
        "title": told.title(say, dossier),
        "lede": told.lede(say, dossier),
        "tiles": tiles,
        "who": [who[:half], who[half:]],
        "keys": [(told.KEY_NAMES[key.kind](say), key.value) for key in dossier.keys],
        "dates": [(say.full_day(one.on), _short(told.own_date(say, one))) for one in dossier.dates[:DATES]],
        "next_care": told.next_care(say, dossier),
        "purchases": [
            (say.full_day(one.on), one.store or UNKNOWN, one.product or UNKNOWN, say.amount(one.sales))
            for one in dossier.last_purchases
        ],
        "served_by": [
            (one.name, say.plural("{n} day", "{n} days", one.days), one.is_closest) for one in dossier.served_by
        ],
        "words": [told.word(say, one) for one in dossier.words],
        "complaints": [
            (say.full_day(one.received_on), _short(told.complaint(say, one))) for one in dossier.complaints[:COMPLAINTS]
        ],
        "surveys": [
            (say.full_day(one.answered_on), _short(told.survey(say, one))) for one in dossier.surveys[:SURVEYS]
        ],
        "heads": {
            "dates": _head(say, say.text("Dates of the coming year"), len(dossier.dates), DATES),
            "complaints": _head(say, say.text("Complaints"), len(dossier.complaints), COMPLAINTS),
        },
        "brought": told.brought(say, dossier),
        "known": say.sentences(told.known(say, asked)),
        "is_full": dossier.is_full,
    }


def _short(text: str) -> str:
    """Free text can be of any length; a page is a page."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].rstrip() + "…"


def _head(say: Language, head: str, n: int, shown: int) -> str:
    """The head, with how many of how many stand under it where not all do."""
    return head if n <= shown else say.text("{head} ({shown} of {n})", head=head, shown=shown, n=n)


def dossier_head(dossier: Dossier, asked: AskedOn, say: Language) -> Mapping[str, str]:
    """Title and running lines of the page; its dates come from the day of asking."""
    return {
        "title": say.text("{who}: customer dossier", who=f"{asked.chain_name} · {dossier.name}"),
        "who": asked.chain_name,
        "what": say.text("Customer dossier"),
        "as_of": say.text("As of {day} · data known at {moment} · confidential",
                          day=say.full_day(asked.day), moment=say.moment(asked.known_at, asked.time_zone)),
        "manifest": dossier.customer_id,
        "created": asked.day.isoformat(),
        "summary": told.title(say, dossier),
    }  # fmt: skip
