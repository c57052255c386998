# ruff: noqa: E501    (one text is one line)
"""Page 1 in words: the month in a title and three sentences, and the three things to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from report_templates import parameters
from report_templates.comparison import (
    THREE_THINGS,
    came,
    net_change,
    of_all,
    of_theme,
    relative,
    total_value,
)
from report_templates.figure_sentences import change, place
from report_templates.language import Language
from schemas.metrics import METRICS
from schemas.period import Month
from schemas.segments import CARE_KIND

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.review import Action, Figure, Review, StocktakeRow

LEVEL = 0.005
"""A relative change smaller than this is "level"."""
NAMED = 3
"""How many people a sentence names."""


@dataclass(frozen=True)
class Thing:
    """One of the three things to do: what, and with whom to begin."""

    lead: str
    detail: str
    anchor: str = ""
    """The section that tells more."""


# ---- page 1: the month


def month_title(say: Language, review: Review) -> str:
    """The month in one sentence: sales, and what became of the customer base."""
    sales, stocktake = review.figures.get("net_sales"), of_all(review)
    if sales is None or not sales.value:
        return _title_without_sales(say, stocktake)
    if Decimal(sales.value) < 0:
        return say.text("Refunds exceeded sales by {amount}", amount=say.short_money(-Decimal(sales.value)))
    clause, direction = _sales_clause(say, sales)
    if stocktake is None or direction is None:
        return clause
    base, base_direction = _base_clause(say, stocktake)
    if direction * base_direction < 0:
        return say.text("{sales}, but {base}", sales=clause, base=base)
    return say.text("{sales}, and {base}", sales=clause, base=base)


def _title_without_sales(say: Language, stocktake: StocktakeRow | None) -> str:
    if stocktake is None or not stocktake.closing_base:
        return say.text("No sales this month, and nobody in the base")
    return say.plural(
        "No sales this month; {n} customer in the base",
        "No sales this month; {n} customers in the base",
        stocktake.closing_base,
    )


def _sales_clause(say: Language, sales: Figure) -> tuple[str, int | None]:
    """Sales against last year, else last month; direction None in a first month."""
    for before, up, down, level in (
        (sales.last_year, say.text("Sales up {change} on last year"), say.text("Sales down {change} on last year"),
         say.text("Sales level with last year")),
        (sales.last_month, say.text("Sales up {change} on last month"), say.text("Sales down {change} on last month"),
         say.text("Sales level with last month")),
    ):  # fmt: skip
        part = relative(sales.value, before)
        if part is None:
            continue
        if abs(part) < LEVEL:
            return level, 0
        return (up if part > 0 else down).format(change=say.share(abs(part))), 1 if part > 0 else -1
    amount = say.short_money(Decimal(sales.value or 0))
    if sales.last_month is not None and Decimal(sales.last_month) < 0:
        return say.text("Sales of {amount} after a month of refunds", amount=amount), 1
    if sales.last_month is not None:
        return say.text("Sales of {amount} after a month without", amount=amount), 1
    if any(value is not None for value in sales.history[:-1]):
        return say.text("Sales of {amount}", amount=amount), None
    return say.text("The first month on record: sales of {amount}", amount=amount), None


def _base_clause(say: Language, stocktake: StocktakeRow) -> tuple[str, int]:
    net = net_change(stocktake)
    if net > 0:
        return say.plural("{n} more customer", "{n} more customers", net), 1
    if net < 0:
        return say.plural("{n} fewer customer", "{n} fewer customers", -net), -1
    return say.plural("still {n} customer", "still {n} customers", stocktake.closing_base), 0


def month_lede(say: Language, review: Review) -> str:
    """Two or three sentences under the headline: sales, base, what is at stake."""
    parts = [_sales_sentence(say, review.figures.get("net_sales")), _base_sentence(say, of_all(review)),
             _risk_sentence(say, review)]  # fmt: skip
    return say.sentences(part for part in parts if part)


def _sales_sentence(say: Language, sales: Figure | None) -> str | None:
    if sales is None or sales.value is None:
        return None
    value = say.short_money(Decimal(sales.value))
    month = change(say, "net_sales", sales.value, sales.last_month)
    year = change(say, "net_sales", sales.value, sales.last_year)
    where = place(say, sales)
    if month is None:
        return say.text("Net sales were {value}.", value=value)
    if year is None:
        text = say.text("Net sales were {value}, {month} on last month", value=value, month=month)
    else:
        text = say.text("Net sales were {value}, {month} on last month and {year} on last year",
                        value=value, month=month, year=year)  # fmt: skip
    return (
        say.text("{sentence}, {place}.", sentence=text, place=where)
        if where
        else say.text("{sentence}.", sentence=text)
    )


def _base_sentence(say: Language, stocktake: StocktakeRow | None) -> str | None:
    if stocktake is None:
        return None
    kinds = (
        (stocktake.new_customers, say.text("{n} new", n=say.count(stocktake.new_customers))),
        (stocktake.won_back, say.text("{n} won back", n=say.count(stocktake.won_back))),
        (stocktake.first_seen, say.text("{n} first seen", n=say.count(stocktake.first_seen))),
    )
    parts = [
        say.text(
            "{came} came ({kinds})", came=say.count(came(stocktake)), kinds=say.joined(text for n, text in kinds if n)
        )
        if came(stocktake)
        else say.text("Nobody joined the base"),
        say.text("{left} lapsed", left=say.count(stocktake.newly_lapsed))
        if stocktake.newly_lapsed
        else say.text("nobody lapsed"),
    ]
    if _mostly_moved(stocktake):
        parts += [
            form.format(n=say.count(n))
            for n, form in (
                (stocktake.moved_in, say.text("{n} moved in from other stores")),
                (stocktake.moved_out, say.text("{n} moved to other stores")),
            )
            if n
        ]
    changes = parts[0]
    for part in parts[1:]:
        changes = say.text("{first}, {second}", first=changes, second=part)
    if not stocktake.closing_base:
        return say.text("{changes}; the month ended with nobody in the base.", changes=changes)
    return say.text(
        "{changes}; the month ended with {closing} in the base.",
        changes=changes,
        closing=say.count(stocktake.closing_base),
    )


def _mostly_moved(stocktake: StocktakeRow) -> bool:
    """Whether the moves between stores say more of the base than who came and who lapsed."""
    return stocktake.moved_in + stocktake.moved_out > max(came(stocktake), stocktake.newly_lapsed)


def _risk_sentence(say: Language, review: Review) -> str | None:
    at_risk, stake = review.figures.get("at_risk"), review.figures.get("value_at_stake")
    if at_risk is None or stake is None or not at_risk.value or stake.value is None:
        return None
    if review.churn is not None and review.churn.stake_is_foretold:
        return say.plural(
            "{n} is at risk; the silence has cost {stake} of the coming year so far.",
            "{n} are at risk; their silence has cost {stake} of the coming year so far.",
            int(at_risk.value), stake=say.short_money(Decimal(stake.value)),
        )  # fmt: skip
    return say.plural(
        "{n} is at risk, worth {stake} in the last active year.",
        "{n} are at risk, worth {stake} in their last active year.",
        int(at_risk.value), stake=say.short_money(Decimal(stake.value)),
    )  # fmt: skip


def _moves_title(say: Language, moved_in: int, moved_out: int) -> str:
    if moved_in and moved_out:
        return say.text("{arrived} moved here from other stores, {gone} moved away", arrived=say.count(moved_in),
                        gone=say.count(moved_out))  # fmt: skip
    if moved_in:
        return say.plural(
            "{n} customer moved here from other stores", "{n} customers moved here from other stores", moved_in
        )
    return say.plural("{n} customer moved to another store", "{n} customers moved to other stores", moved_out)


def stocktake_title(say: Language, row: StocktakeRow) -> str:
    """What the stocktake says: more came than left, or the other way round; moves where they outweigh both."""
    gained = came(row)
    if _mostly_moved(row):
        return _moves_title(say, row.moved_in, row.moved_out)
    if not gained and not row.newly_lapsed:
        return say.text("Nobody joined, nobody lapsed: still {n} in the base", n=say.count(row.closing_base))
    if not row.newly_lapsed and row.opening_base:
        return say.text("{came} came, nobody lapsed", came=say.count(gained))
    if not gained:
        return say.text("Nobody joined, {left} lapsed", left=say.count(row.newly_lapsed))
    if not row.opening_base and row.closing_base:
        return say.plural(
            "A base of {n} customer to begin with", "A base of {n} customers to begin with", row.closing_base
        )
    if gained > row.newly_lapsed:
        return say.text(
            "More came ({came}) than lapsed ({left})", came=say.count(gained), left=say.count(row.newly_lapsed)
        )
    if gained < row.newly_lapsed:
        return say.text(
            "More lapsed ({left}) than came ({came})", came=say.count(gained), left=say.count(row.newly_lapsed)
        )
    return say.text("As many came as lapsed ({n})", n=say.count(gained))


def trend_title(say: Language, figures: Sequence[Figure]) -> str:
    """Which figures stand at their highest or lowest of the months drawn."""
    months = max((len(figure.history) for figure in figures), default=0)
    if months <= 2:
        return say.text("The trend begins here")
    highest, lowest = (
        [METRICS[figure.name].label(say.locale) for figure in figures if _extreme(figure) == side] for side in (1, -1)
    )
    if highest and lowest:
        return say.text("Highest of {n} months: {high}; lowest: {low}", n=months, high=_first_of(say, highest, NAMED - 1),
                        low=_first_of(say, lowest, NAMED - 1))  # fmt: skip
    if highest:
        return say.text("Highest of {n} months: {labels}", n=months, labels=_first_of(say, highest, NAMED))
    if lowest:
        return say.text("Lowest of {n} months: {labels}", n=months, labels=_first_of(say, lowest, NAMED))
    return say.text("No figure is at its highest or lowest of {n} months", n=months)


def _first_of(say: Language, labels: Sequence[str], most: int) -> str:
    """The first labels, and how many more there are; one alone is named rather than counted."""
    if len(labels) <= most + 1:
        return say.joined(labels)
    return say.text("{labels} and {more} more", labels=say.joined(labels[:most]), more=len(labels) - most)


def _extreme(figure: Figure) -> int:
    """1 where this month is above all the others that are known, −1 where it is below them, else 0."""
    past = [float(value) for value in figure.history[:-1] if value is not None]
    if figure.value is None or len(past) < 2:
        return 0
    now = float(figure.value)
    return int(now > max(past)) - int(now < min(past))


# ---- three things to do


def things_title(say: Language, review: Review) -> str:
    return say.text("What to do first in {month}", month=say.plain.month_name(Month.parse(review.month).next))


READ_ON = {
    "complaints": "complaints", "referrals": "referral", "visit": "vips", "win_back": "leaving", "dates": "care",
    "after_purchase": "care", "ask_vip": "vips", "greetings": "care",
}  # fmt: skip
"""Theme → the section that tells more of it."""


def three_things(say: Language, review: Review) -> list[Thing]:
    """The first three themes that have actions, in order of urgency; then habits that a figure asks for."""
    tellers: dict[str, Callable[[Language, Review, list[Action]], Thing]] = {
        "complaints": _complaints, "referrals": _referrals, "visit": _visit, "win_back": _win_back, "dates": _dates,
        "after_purchase": _after_purchase, "ask_vip": _ask_vip, "greetings": _greetings,
    }  # fmt: skip
    things = [
        replace(tellers[theme](say, review, actions), anchor=READ_ON[theme])
        for theme in THREE_THINGS
        if (actions := of_theme(review.actions, theme))
    ]
    return (things + _habits(say, review))[:3]


def _with_associates(say: Language, actions: Sequence[Action]) -> str:
    """王** (周敏)、陈** (李静): the first people, each once, and who looks after them."""
    first = list({action.person.customer_id: action for action in actions}.values())[:NAMED]
    return say.joined(
        say.kept(say.text("{name} ({associate})", name=say.plain.person(action.person), associate=action.associate_name))
        if action.associate_name else say.person(action.person)
        for action in first
    )  # fmt: skip


def _complaints(say: Language, review: Review, actions: list[Action]) -> Thing:
    days = max(parameters.number(action.reason.get("days_open")) for action in actions)
    names = _with_associates(say, actions)
    detail = say.plural(
        "{names}. The oldest has waited {n} day.", "{names}. The oldest has waited {n} days.", days, names=names
    )
    return Thing(
        say.plural("Answer {n} open complaint first", "Answer {n} open complaints first", len(actions)), detail
    )


def _referrals(say: Language, review: Review, actions: list[Action]) -> Thing:
    thanks = [action for action in actions if action.kind == "thank_referrer"]
    welcomes = [action for action in actions if action.kind == "welcome_referred"]
    names = _with_associates(say, thanks or welcomes)
    if not thanks:
        return Thing(
            say.plural("Follow up {n} referred customer", "Follow up {n} referred customers", len(welcomes)),
            say.text("{names}: within a week of the first purchase.", names=names),
        )
    detail = say.text("Begin with {names}.", names=names)
    if welcomes:
        detail = say.sentences((detail, say.plural(
            "Then call the {n} customer they brought.", "Then call the {n} customers they brought.", len(welcomes))))  # fmt: skip
    return Thing(say.plural("Thank {n} referrer", "Thank {n} referrers", len(thanks)), detail)


def _win_back(say: Language, review: Review, actions: list[Action]) -> Thing:
    return Thing(
        say.plural("Win back {n} valuable customer", "Win back {n} valuable customers", len(actions)),
        say.text("Begin with {names}; {stake} a year is at stake.",
                 names=_with_associates(say, actions), stake=say.short_money(total_value(actions))),
    )  # fmt: skip


def _visit(say: Language, review: Review, actions: list[Action]) -> Thing:
    return Thing(
        say.text("Visit the year's highest spender with a gift"),
        say.text("{names}: flowers or a small gift, nothing to sell.", names=_with_associates(say, actions)),
    )


def _dates(say: Language, review: Review, actions: list[Action]) -> Thing:
    first = sorted(actions, key=lambda action: (not action.is_vip, action.due_on))[:NAMED]
    dates = say.joined(
        say.text("{name} on {day} ({kind})", name=say.person(action.person),
                 day=say.day(parameters.day(action.reason.get("on")) or parameters.day(action.reason.get("last_year_on")) or action.due_on),
                 kind=CARE_KIND[action.kind].label(say.locale).lower())
        for action in first
    )  # fmt: skip
    return Thing(
        say.plural("Remember {n} personal date", "Remember {n} personal dates", len(actions)),
        say.text("{dates}. A wish, nothing to sell.", dates=dates),
    )


def _after_purchase(say: Language, review: Review, actions: list[Action]) -> Thing:
    return Thing(
        say.plural("Make {n} after-sales contact", "Make {n} after-sales contacts", len(actions)),
        say.text("Begin with {names}.", names=_with_associates(say, actions)),
    )


def _ask_vip(say: Language, review: Review, actions: list[Action]) -> Thing:
    return Thing(
        say.plural("Learn {n} thing about our VIPs", "Learn {n} things about our VIPs", len(actions)),
        say.text("Ask at the next visit: {names}.", names=_with_associates(say, actions)),
    )


def _greetings(say: Language, review: Review, actions: list[Action]) -> Thing:
    return Thing(
        say.plural("Greet {n} long-absent customer", "Greet {n} long-absent customers", len(actions)),
        say.text("{names}. No questions, nothing to sell.", names=_with_associates(say, actions)),
    )


def _habits(say: Language, review: Review) -> list[Thing]:
    """What the figures ask for when the lists are short."""
    things = []
    known = review.figures.get("identified_share")
    if known is not None and known.value is not None and float(known.value) < 0.9:
        things.append(Thing(
            say.text("Ask for the phone number at the till"),
            say.text("{share} of sales cannot be matched to a customer.", share=say.share(1 - float(known.value))),
        ))  # fmt: skip
    if "contacts" in review.absent_tables:
        things.append(Thing(
            say.text("Write down every contact"),
            say.text("Without a contacts file we cannot tell which care was done."),
        ))  # fmt: skip
    if "customers" in review.absent_tables:
        things.append(Thing(
            say.text("Hand in the customer file"),
            say.text("Birthdays and anniversaries come from it; without it there is no care calendar."),
        ))  # fmt: skip
    return things


def no_things(say: Language, review: Review) -> str:
    """When the lists are empty; a store in which nobody is left has nobody to greet."""
    base, sales = of_all(review), review.figures.get("net_sales")
    if (base is None or not base.closing_base) and (sales is None or not sales.value):
        return say.text("No contact falls due next month: there is no customer in the base.")
    return say.text("No contact falls due next month: greet those who come in, and note their wishes.")
