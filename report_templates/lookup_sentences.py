# ruff: noqa: E501    (one text is one line)
"""What the look-ups say, on the terminal and on the dossier's page, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from report_templates import reason_sentences
from report_templates.complaint_words import COMPLAINT_CAUSES, SEVERITIES
from report_templates.language import UNKNOWN, Language
from schemas.dossier import AskedOn, CareRow, Complained, DateRow, Dossier, Match, OwnDate, Surveyed, Word
from schemas.segments import ACTION_KIND, CARE_KIND, CHANNEL, CUSTOMER_KIND, STATUS

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.page_values import Param

KEY_NAMES: dict[str, Callable[[Language], str]] = {
    "member_id": lambda say: say.text("Member no."),
    "phone": lambda say: say.text("Phone number"),
    "email": lambda say: say.text("E-mail"),
    "account": lambda say: say.text("Online account"),
}
FOUND_BY: dict[str, Callable[[Language], str]] = {
    "id": lambda say: say.text("by id"),
    "phone": lambda say: say.text("by phone"),
    "name": lambda say: say.text("by name"),
    "pinyin": lambda say: say.text("by pinyin"),
    "notes": lambda say: say.text("in the notes"),
}
RESULTS: dict[str, Callable[[Language], str]] = {
    "reached": lambda say: say.text("Reached"),
    "sent": lambda say: say.text("sent"),
    "no_answer": lambda say: say.text("Not reached"),
    "came_back": lambda say: say.text("Came in"),
    "asked_not_to_call": lambda say: say.text("Do not contact again"),
}
"""What contact logs write → its words; anything else prints as it stands."""


def kind(say: Language, code: str | None) -> str:
    """A kind of care; what no list knows as it stands."""
    if code is None:
        return UNKNOWN
    return (
        CARE_KIND[code].label(say.locale)
        if code in CARE_KIND
        else ACTION_KIND[code].label(say.locale)
        if code in ACTION_KIND
        else code
    )


def channel(say: Language, code: str) -> str:
    return CHANNEL[code].label(say.locale) if code in CHANNEL else code


def status(say: Language, code: str) -> str:
    return STATUS[code].label(say.locale)


def own_date(say: Language, told: OwnDate) -> str:
    """The day and what it is: the lunar day beside the solar one, a gift with its recipient and occasion."""
    what = kind(say, told.kind)
    if told.kind == "gift_day":
        return reason_sentences.explained(say, "gift_day", gift_params(told), told.on)
    if told.kind == "anniversary" and told.last_on is not None:
        return say.plural("{what}: first", "{what}: {n} years", told.on.year - told.last_on.year, what=what)
    if told.is_lunar:
        return say.text("{what}: lunar {lunar}", what=what, lunar=say.lunar(told.lunar_text))
    return what


def gift_params(told: OwnDate) -> Mapping[str, Param]:
    return {
        "product": told.product,
        "recipient": told.recipient,
        "occasion": told.occasion,
        "last_year_on": told.last_on,
    }


def lunar_mark(say: Language, told: OwnDate | CareRow) -> str:
    """The lunar day that is kept, "" where a solar one is."""
    return say.text("lunar {lunar}", lunar=say.lunar(told.lunar_text)) if told.is_lunar else ""


def care_why(say: Language, row: CareRow) -> str:
    """What the word is about."""
    if row.kind == "gift_day":
        told = {
            "product": row.product,
            "recipient": row.recipient,
            "occasion": row.occasion,
            "last_year_on": row.trigger_on,
        }
        return reason_sentences.explained(say, "gift_day", told, row.due_on)
    if row.kind == "birthday":
        return lunar_mark(say, row) or say.text("today")
    if row.kind == "anniversary" and row.trigger_on is not None:
        return say.plural("first", "{n} years", row.due_on.year - row.trigger_on.year)
    if row.kind == "long_absent" and row.trigger_on is not None:
        return say.text("last in on {day}", day=say.near_day(row.trigger_on, row.due_on))
    return reason_sentences.explained(say, row.kind, {"bought_on": row.trigger_on, "product": row.product}, row.due_on)


def care_state(say: Language, row: CareRow) -> str:
    """Done, waiting, or "" when it is to be done."""
    if row.is_done:
        return say.text("done")
    return say.text("waits: another word these days") if row.is_held_back else ""


def care_head(say: Language, asked: AskedOn, rows: list[CareRow]) -> str:
    open_rows = [row for row in rows if not row.is_done and not row.is_held_back]
    return say.plural("{day}: {n} word is due", "{day}: {n} words are due", len(open_rows), day=say.full_day(asked.day))


def care_tail(say: Language, rows: list[CareRow]) -> list[str]:
    """How many are done and how many wait; nothing where none are."""
    done = sum(row.is_done for row in rows)
    waiting = sum(row.is_held_back and not row.is_done for row in rows)
    told = []
    if done:
        told.append(say.plural("{n} is done", "{n} are done", done))
    if waiting:
        told.append(
            say.plural(
                "{n} waits, so that nobody hears from us too often",
                "{n} wait, so that nobody hears from us too often",
                waiting,
            )
        )
    return told


def quiet(say: Language, begins: str, ends: str) -> str:
    return say.text("Write and call between {ends} and {begins} only.", ends=ends, begins=begins)


def dates_head(say: Language, rows: list[DateRow], first: date, last: date) -> str:
    span = (
        say.full_day(first)
        if first == last
        else say.text("{first} to {last}", first=say.full_day(first), last=say.full_day(last))
    )
    return say.plural("{span}: {n} date", "{span}: {n} dates", len(rows), span=span)


def matches_head(say: Language, matches: list[Match], shown: int) -> str:
    head = say.plural("{n} customer fits", "{n} customers fit", len(matches))
    if shown < len(matches):
        return say.text("{head}; the likeliest {shown}. Say more, or give an id:", head=head, shown=say.count(shown))
    return say.text("{head}. Say more, or give an id:", head=head)


def known(say: Language, asked: AskedOn) -> list[str]:
    """What the answer rests on; and, before all else, that it is stale when it is."""
    told = say.text(
        "As known at {moment}; sales until {day}.",
        moment=say.moment(asked.known_at, asked.time_zone),
        day=say.full_day(asked.last_sale_on),
    )
    late = say.text("Stale: files have landed since that this answer does not know.")
    return [late, told] if asked.is_stale else [told]


# ---- heads of the terminal's tables


def match_heads(say: Language) -> tuple[str, ...]:
    return (say.text("Id"), say.text("Customer"), say.text("Phone number"), say.text("Home store"), say.text("Status"),
            say.text("Last purchase"), say.text("Net sales"), say.text("Found"))  # fmt: skip


def care_heads(say: Language) -> tuple[str, ...]:
    return (say.text("Customer"), say.text("Phone number"), say.text("What"), say.text("Why"), say.text("Channel"),
            say.text("From"), say.text("What to say"))  # fmt: skip


def date_heads(say: Language) -> tuple[str, ...]:
    return (say.text("Day"), "", say.text("Customer"), say.text("Phone number"), say.text("What"), say.text("Status"),
            say.text("Home store"), say.text("Associate"))  # fmt: skip


def purchase_heads(say: Language) -> tuple[str, ...]:
    return (
        say.text("Day"),
        say.text("Store"),
        say.text("Dearest piece"),
        say.text("Sales, {unit}", unit=say.money_unit),
    )


def word_heads(say: Language) -> tuple[str, ...]:
    return (say.text("Day"), say.text("What"), say.text("Channel"), say.text("Associate"), say.text("Result"))


def parts(say: Language) -> dict[str, str]:
    """The dossier's parts → their heads."""
    return {
        "who": say.text("Who they are"), "keys": say.text("Known by"), "dates": say.text("Dates of the coming year"),
        "next_care": say.text("Next care"), "purchases": say.text("Last purchases"), "words": say.text("Last contacts"),
        "served_by": say.text("Served by, 24 months"), "complaints": say.text("Complaints"),
        "surveys": say.text("What they told us"),
    }  # fmt: skip


def owner(say: Language, row: CareRow, n: int) -> str:
    """Whose list it is, and how many words are on it."""
    return say.plural("{store} · {associate}: {n} word", "{store} · {associate}: {n} words", n,
                      store=row.store, associate=row.associate or say.text("Unassigned"))  # fmt: skip


def from_when(say: Language, row: CareRow) -> str:
    """The earliest moment for the word."""
    at = row.not_before.strftime("%H:%M")
    return say.text("{time} the next day", time=at) if row.not_before.date() > row.due_on else at


# ---- the dossier


def title(say: Language, told: Dossier) -> str:
    """The message of the page: who they are to us."""
    days = told.days_since_last_purchase
    if told.purchases == 0 or days is None:
        return say.text("{name} has not bought yet", name=told.name)
    if told.status == "active":
        return say.plural(
            "{name} is with us: here {n} day ago", "{name} is with us: here {n} days ago", days, name=told.name
        )
    if told.status == "at_risk":
        return say.plural("{name} is overdue: {n} day away", "{name} is overdue: {n} days away", days, name=told.name)
    return say.plural("{name} has left us: {n} day away", "{name} has left us: {n} days away", days, name=told.name)


def lede(say: Language, told: Dossier) -> str:
    """What they bought so far, how often they come, who looks after them."""
    parts = []
    if told.purchases:
        parts.append(
            say.plural("{n} purchase for {amount} since {day}.", "{n} purchases for {amount} since {day}.", told.purchases,
                       amount=say.money(told.net_sales), day=say.full_day(told.first_purchase_on) if told.first_purchase_on else UNKNOWN)
        )  # fmt: skip
    if told.own_gap_days is not None:
        parts.append(
            say.plural("Comes about every {n} day.", "Comes about every {n} days.", max(round(told.own_gap_days), 1))
        )
    if told.closest_associate:
        parts.append(say.text("{associate} knows them best.", associate=told.closest_associate))
    if told.do_not_contact:
        parts.append(say.text("Asked not to be contacted."))
    elif told.moved_away_on:
        parts.append(say.text("Moved away on {day}.", day=say.full_day(told.moved_away_on)))
    elif not told.may_contact:
        parts.append(say.text("No consent to contact: only when they come in."))
    return say.sentences(parts)


def who(say: Language, told: Dossier) -> list[tuple[str, str]]:
    """Who they are: label and value, what is not known said as such."""
    customer_kind = CUSTOMER_KIND[told.kind].label(say.locale) if told.kind in CUSTOMER_KIND else told.kind
    place = told.address or told.district
    rows = [
        (say.text("Status"), status(say, told.status) + (f" · {say.text('VIP')}" if told.is_vip else "")),
        (say.text("Value class"), UNKNOWN if told.value_class == "none" else told.value_class),
        (say.text("Home store"), told.home_store),
        (say.text("Kind"), customer_kind),
        (say.text("Member tier"), told.member_tier),
        (say.text("Member since"), say.full_day(told.member_since) if told.member_since else None),
        (say.text("Lives in"), place),
        (say.text("Occupation"), told.occupation),
        (say.text("Interests"), told.interests),
        (say.text("Favourite style"), told.favourite_style),
        (say.text("Favourites"), say.joined(told.favourites) if told.favourites else None),
        (say.text("Points"), say.count(told.points) if told.points is not None else None),
        (say.text("Stored value"), say.money(told.stored_value) if told.stored_value is not None else None),
        (say.text("Call by"), channel(say, told.call_by)),
        (say.text("Write by"), channel(say, told.write_by)),
    ]
    if told.note:
        rows.append((say.text("Note"), told.note))
    return [(label, value or UNKNOWN) for label, value in rows]


def complaint(say: Language, told: Complained) -> str:
    cause = say.text("cause not known") if told.cause is None else _word(say, COMPLAINT_CAUSES, told.cause)
    what = (
        say.text("{cause}, {severity}", cause=cause, severity=_word(say, SEVERITIES, told.severity))
        if told.severity
        else cause
    )
    if told.resolved_on is None:
        return say.text("{what}; open", what=what)
    days = (told.resolved_on - told.received_on).days
    how = say.plural("resolved in {n} day", "resolved in {n} days", days)
    content = "" if told.satisfied is None else say.text("satisfied") if told.satisfied else say.text("not satisfied")
    return say.clauses([what, how, content] if content else [what, how])


def survey(say: Language, told: Surveyed) -> str:
    parts = []
    if told.likes:
        parts.append(say.text("likes: {what}", what=told.likes))
    if told.dislikes:
        parts.append(say.text("misses: {what}", what=told.dislikes))
    if told.share_of_wallet is not None:
        parts.append(say.text("our share of their spending {share}", share=say.share(told.share_of_wallet, 0)))
    if told.nps is not None:
        parts.append(say.text("would recommend us: {n} of 10", n=say.count(told.nps)))
    if told.competitor:
        parts.append(say.text("also goes to {name}", name=told.competitor))
    if told.below_expectation:
        parts.append(say.text("below expectation: {what}", what=say.joined(told.below_expectation)))
    return say.clauses(parts) if parts else say.text("nothing in words")


def word(say: Language, told: Word) -> tuple[str, ...]:
    """A logged contact, cell by cell: moment, what, how, by whom, with what result."""
    return (
        told.at.strftime("%Y-%m-%d"),
        kind(say, told.kind),
        channel(say, told.channel) if told.channel else UNKNOWN,
        told.associate or UNKNOWN,
        _word(say, RESULTS, told.result) if told.result else UNKNOWN,
    )


def _word(say: Language, words: Mapping[str, Callable[[Language], str]], code: str | None) -> str:
    return words[code](say) if code is not None and code in words else str(code)


def next_care(say: Language, told: Dossier) -> list[tuple[str, str]]:
    return [(say.full_day(row.due_on), kind(say, row.kind)) for row in told.next_care]


def brought(say: Language, told: Dossier) -> list[str]:
    """Who brought them and whom they brought."""
    lines = []
    if told.brought_by:
        lines.append(say.text("Brought by {name}", name=told.brought_by.name))
    if told.brought:
        lines.append(say.text("Brought {names}", names=say.joined(one.name for one in told.brought)))
    return lines
