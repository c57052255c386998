# ruff: noqa: E501    (one text is one line)
"""What the review says in sentences: titles, the three things to do, reasons, drafts of what to say, VIP answers.

A row of the review carries a code and its parameters; here they become the reader's language. Every title states a
message from the numbers in at most twelve words, and has a wording for none, one, many, unknown, negative and first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from report_templates import silence_sentences
from report_templates.comparison import (
    THREE_THINGS,
    came,
    difference,
    net_change,
    of_all,
    of_theme,
    position,
    relative,
    total_value,
)  # fmt: skip
from report_templates.complaint_words import COMPLAINT_CAUSES, SEVERITIES, labelled
from report_templates.language import UNKNOWN, Language
from schemas.metrics import EMPTY_REASONS, METRICS
from schemas.period import Month
from schemas.segments import ACTION_KIND, ATTITUDE, CARE_KIND, CHANNEL, LAPSE_REASON, SOURCE

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.review import (
        Action,
        Associate,
        AttitudeRow,
        CareDate,
        Figure,
        MoneyRow,
        Param,
        Review,
        StocktakeRow,
        StoreRow,
        Value,
        VipAnswer,
    )

    Params = Mapping[str, Param]

LEVEL = 0.005
"""A relative change smaller than this is "level"."""
SMALL_COUNT = 100
"""Below this many people a change is told in people, not in per cent."""
SMALL_SAMPLE = 100
"""A rate over fewer than this many says its n."""
CONCENTRATED = 0.5
"""Sales are in few hands when the best fifth makes at least this share of them."""
NAMED = 3
"""How many people a sentence names."""
TOP_TEN, TOP_FIFTY = 10, 50
"""How many the shares of the best count."""


@dataclass(frozen=True)
class Thing:
    """One of the three things to do: what, and with whom to begin."""

    lead: str
    detail: str
    anchor: str = ""
    """The section that tells more."""


# ---- one figure


def empty_reason(say: Language, figure: Figure) -> str:
    """Why a figure has no value."""
    if figure.empty_reason is None:
        return say.text("not known")
    zh, en = EMPTY_REASONS[figure.empty_reason]
    return zh if say.is_chinese else en


def change(say: Language, name: str, now: Value, before: Value) -> str | None:
    """The change in the metric's manner: points for shares, per cent for money and large counts, else a number."""
    step = difference(now, before)
    if step is None:
        return None
    if METRICS[name].unit == "share":
        points = say.signed(say.decimal(100 * float(step)), step > 0)
        return say.text("{points} pts", points=points)
    part = None if float(now or 0) < 0 else relative(now, before)  # −124 % of something says nothing
    if part is not None and (METRICS[name].unit == "money" or abs(float(before or 0)) >= SMALL_COUNT):
        return say.signed(say.share(part), part > 0)
    return say.signed(say.value(name, step, short=True), step > 0)


def place(say: Language, figure: Figure) -> str | None:
    """Where the figure stands to its usual range, in words."""
    return {
        "below": say.text("below its usual range"),
        "inside": say.text("in its usual range"),
        "above": say.text("above its usual range"),
        None: None,
    }[position(figure)]


def usual_range(say: Language, figure: Figure) -> str:
    """The usual range as low–high, in full where it would round to the very value that left it; – before there is one."""
    if figure.usual_low is None or figure.usual_high is None:
        return UNKNOWN
    low, high = (_as_value(figure.name, edge) for edge in (figure.usual_low, figure.usual_high))
    brief = [say.plain.value(figure.name, edge, short=True) for edge in (low, high)]
    if position(figure) != "inside" and say.plain.value(figure.name, figure.value, short=True) in brief:
        return " – ".join(say.plain.value(figure.name, edge) for edge in (low, high))
    return " – ".join(brief)


def _as_value(name: str, edge: Value) -> Value:
    """A percentile of counts is a fraction; it prints as the nearest whole one."""
    return edge if METRICS[name].unit in ("share", "index", "money") or edge is None else round(edge)


def sample(say: Language, figure: Figure) -> str | None:
    """n, where the sample is small."""
    if figure.n is None or figure.n >= SMALL_SAMPLE or figure.value is None:
        return None
    return say.text("n = {n}", n=say.count(figure.n))


def figure_alt(say: Language, figure: Figure) -> str:
    """The text alternative of a figure's line."""
    say = say.plain
    label = METRICS[figure.name].label(say.locale)
    known = [value for value in figure.history if value is not None]
    if not known:
        return say.text("{label}: no history yet", label=label)
    return say.text(
        "{label}: {months} months, from {low} to {high}, now {now}; usual range {usual}",
        label=label, months=len(known), low=say.value(figure.name, min(known, key=float)),
        high=say.value(figure.name, max(known, key=float)), now=say.value(figure.name, figure.value),
        usual=usual_range(say, figure),
    )  # fmt: skip


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


def unusual_title(say: Language, figures: Sequence[Figure]) -> str:
    """How many of the figures left their usual range."""
    judged = [figure for figure in figures if position(figure) is not None]
    if not judged:
        return say.text("Too early to say what is usual")
    outside = [figure for figure in judged if position(figure) != "inside"]
    if not outside:
        return say.text("Nothing left its usual range")
    if len(outside) == 1:
        return say.text(
            "Only one figure left its usual range: {label}", label=METRICS[outside[0].name].label(say.locale)
        )
    return say.text(
        "{n} of {all} figures with a usual range left it", n=say.count(len(outside)), all=say.count(len(judged))
    )


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
    days = max(_number(action.reason.get("days_open")) for action in actions)
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
                 day=say.day(_day(action.reason.get("on")) or _day(action.reason.get("last_year_on")) or action.due_on),
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


# ---- reasons and drafts

OCCASIONS: dict[str, Callable[[Language], str]] = {
    "birthday": lambda say: say.text("birthday"),
    "mothers_day": lambda say: say.text("Mother's Day"),
    "valentine": lambda say: say.text("Valentine's Day"),
    "qixi": lambda say: say.text("Qixi"),
    "520": lambda say: say.text("20 May"),
    "anniversary": lambda say: say.text("wedding anniversary"),
    "wedding": lambda say: say.text("wedding"),
}
OCCASIONS |= {
    word: OCCASIONS[code]
    for word, code in (
        ("生日", "birthday"), ("母亲节", "mothers_day"), ("情人节", "valentine"), ("七夕", "qixi"),
        ("结婚纪念日", "anniversary"), ("婚礼", "wedding"),
    )
}  # fmt: skip
"""What the shops write → its words; anything else prints as it stands."""


def reason(say: Language, action: Action, as_of: date) -> str:
    """Why this action: the evidence in one line."""
    return explained(say, action.reason_code, action.reason, as_of)


def brief_reason(say: Language, action: Action, as_of: date) -> str:
    """The same for a printed list, where the value and the days stand already."""
    if action.reason_code == "win_back":
        why = silence_sentences.evidence(say, *_evidence_of(action.reason), as_of)
        last_product = None if why else _text(action.reason.get("last_product"))
        return clauses(say, [*_absence(say, action.reason, last_product), *filter(None, [why])])
    return reason(say, action, as_of)


def care_reason(say: Language, care: CareDate, as_of: date) -> str:
    """What the care date is about; nothing more than the kind where nothing more is known."""
    known: dict[str, Param] = {"on": care.due_on, "is_lunar": care.is_lunar, "lunar_text": care.lunar_text}
    return explained(say, care.kind, {**known, **care.params}, as_of)


def explained(say: Language, code: str, params: Params, as_of: date) -> str:
    """The sentence of a reason code. KeyError for a code that has none."""
    return REASONS[code](say, params, as_of)


def _answer_complaint(say: Language, params: Params, as_of: date) -> str:
    cause = labelled(say, COMPLAINT_CAUSES, params.get("cause")) or say.text("cause not known")
    severity = labelled(say, SEVERITIES, params.get("severity"))
    what = say.text("{cause}, {severity}", cause=cause, severity=severity) if severity else cause
    return say.plural(
        "Complaint of {day} ({what}), open for {n} day", "Complaint of {day} ({what}), open for {n} days",
        _number(params.get("days_open")), day=_near(say, params.get("received_on"), as_of), what=what,
    )  # fmt: skip


def _thank_referrer(say: Language, params: Params, as_of: date) -> str:
    return say.text("Brought us {name}, who first bought on {day}",
                    name=_name(say, params.get("referred")), day=_near(say, params.get("bought_on"), as_of))  # fmt: skip


def _welcome_referred(say: Language, params: Params, as_of: date) -> str:
    return say.text("Came through {name}, first bought on {day}",
                    name=_name(say, params.get("referrer")), day=_near(say, params.get("bought_on"), as_of))  # fmt: skip


def _bought(say: Language, params: Params, as_of: date) -> str:
    day, product = _near(say, params.get("bought_on"), as_of), params.get("product")
    if product is None:
        return say.text("Bought on {day}", day=day)
    return say.text("Bought {product} on {day}", product=str(product), day=day)


def _birthday(say: Language, params: Params, as_of: date) -> str:
    day = _near(say, params.get("on"), as_of)
    if params.get("is_lunar"):
        return say.text(
            "Lunar birthday {lunar} ({day} this year)", lunar=say.lunar(_text(params.get("lunar_text"))), day=day
        )
    return say.text("Birthday on {day}", day=day)


def _anniversary(say: Language, params: Params, as_of: date) -> str:
    day, years = _near(say, params.get("on"), as_of), _number(params.get("years"))
    if not years:
        return say.text("Anniversary on {day}", day=day)
    return say.plural("First anniversary on {day}", "{n} years on {day}", years, day=day)


def _gift_day(say: Language, params: Params, as_of: date) -> str:
    product, recipient = _text(params.get("product")), _text(params.get("recipient"))
    occasion = labelled(say, OCCASIONS, params.get("occasion"))
    what = product or say.text("a gift")
    gift = say.text("{what} for {recipient}", what=what, recipient=say.kept(recipient)) if recipient else what
    if occasion:
        gift = say.text("{gift} ({occasion})", gift=gift, occasion=occasion)
    day = _day(params.get("last_year_on"))
    return (
        say.text("Last year on {day}: {gift}", day=say.day(day), gift=gift)
        if day
        else say.text("Last year: {gift}", gift=gift)
    )


def _ask_vip_reason(say: Language, params: Params, as_of: date) -> str:
    question = VIP_GAPS[str(params["question"])](say)
    return say.text("No. {rank} this year; not known: {question}", rank=_number(params.get("rank")), question=question)


def _visit_reason(say: Language, params: Params, as_of: date) -> str:
    return say.text("The year's highest spender: {amount}", amount=_money(say, params.get("net_sales")))


def _win_back_reason(say: Language, params: Params, as_of: date) -> str:
    parts = _absence(say, params)
    if params.get("last_product") is not None:
        parts.append(say.text("last bought {product} on {day}", product=str(params["last_product"]),
                              day=_near(say, params.get("last_purchase_on"), as_of)))  # fmt: skip
    elif params.get("last_purchase_on") is not None:
        parts.append(say.text("last bought on {day}", day=_near(say, params.get("last_purchase_on"), as_of)))
    if params.get("net_sales_before"):
        parts.append(
            say.text("{amount} in the year before", amount=say.money(Decimal(str(params["net_sales_before"]))))
        )
    if why := silence_sentences.evidence(say, *_evidence_of(params), as_of):
        parts.append(why)
    need = _named(params, "next_need_")
    if isinstance(need.get("on"), date):
        parts.append(
            say.text("next need {need}", need=silence_sentences.next_need(say, params.get("next_need"), need, as_of))
        )
    return clauses(say, parts)


def _evidence_of(params: Params) -> tuple[Param, Params]:
    """What a win-back's reason tells of why somebody left: the evidence's code and what its sentence needs."""
    return params.get("evidence"), _named(params, "evidence_")


def _named(params: Params, prefix: str) -> Params:
    return {name.removeprefix(prefix): value for name, value in params.items() if name.startswith(prefix)}


def _absence(say: Language, params: Params, last_product: str | None = None) -> list[str]:
    days, gap = say.count(_number(params.get("days_since"))), _number(params.get("own_gap_days"))
    absent = (
        say.text("{days} days away, usually {gap}", days=days, gap=say.count(gap))
        if gap
        else say.text("{days} days away", days=days)
    )
    return [absent, say.text("last: {product}", product=last_product)] if last_product else [absent]


def _long_absent(say: Language, params: Params, as_of: date) -> str:
    return say.text("{days} days away, last in on {day}", days=say.count(_number(params.get("days_since"))),
                    day=_near(say, params.get("last_purchase_on"), as_of))  # fmt: skip


REASONS: dict[str, Callable[[Language, Params, date], str]] = {
    "answer_complaint": _answer_complaint,
    "thank_referrer": _thank_referrer,
    "welcome_referred": _welcome_referred,
    "thank_you": _bought,
    "call_after_3_days": _bought,
    "three_weeks": _bought,
    "three_months": _bought,
    "birthday": _birthday,
    "anniversary": _anniversary,
    "gift_day": _gift_day,
    "ask_vip": _ask_vip_reason,
    "visit_top_spender": _visit_reason,
    "win_back": _win_back_reason,
    "long_absent": _long_absent,
}


def clauses(say: Language, parts: Sequence[str]) -> str:
    """Clauses of one sentence, divided by the language's semicolon."""
    text = parts[0]
    for part in parts[1:]:
        text = say.text("{first}; {second}", first=text, second=part)
    return text


def _name(say: Language, name: Param) -> str:
    return say.kept(str(name)) if name is not None else say.text("someone")


def _text(value: Param) -> str | None:
    return None if value is None else str(value)


def _number(value: Param) -> int:
    return int(value) if isinstance(value, int | float | Decimal) else 0


def _day(value: Param) -> date | None:
    return value if isinstance(value, date) else None


def _near(say: Language, value: Param, as_of: date) -> str:
    return say.near_day(value, as_of) if isinstance(value, date) else say.text("a day not known")


def what_to_say(say: Language, action: Action) -> str:
    """A draft in the associate's voice: warm, short, no advertisement, no prying."""
    if action.kind == "ask_vip":
        return VIP_ASKING[str(action.reason.get("question"))](say)
    product = _text(action.reason.get("product") or action.reason.get("last_product"))
    return DRAFTS[action.kind](say, product)


DRAFTS: dict[str, Callable[[Language, str | None], str]] = {
    "answer_complaint": lambda say, product: say.text(
        "I am sorry for the trouble. I will see to it myself: how would you like it put right?"),
    "thank_referrer": lambda say, product: say.text(
        "Thank you for bringing your friend to us. Your trust means a lot, and we will take good care of them."),
    "welcome_referred": lambda say, product: say.text(
        "It was good to meet you. Whatever you would like to know, just ask for me."),
    "call_after_3_days": lambda say, product: say.text(
        "Are you happy with {product}? If you have any question, I am here.", product=product)
    if product else say.text("Are you happy with your purchase? If you have any question, I am here."),
    "birthday": lambda say, product: say.text("Happy birthday! May the year ahead be kind to you."),
    "anniversary": lambda say, product: say.text("Congratulations on your day. Many more happy years to come!"),
    "gift_day": lambda say, product: say.text(
        "You sent a gift about this time last year. If you like, I will have this year's ready in good time."),
    "three_months": lambda say, product: say.text(
        "I hope {product} gives you joy. When you pass by, do drop in.", product=product)
    if product else say.text("I hope all is well with you. When you pass by, do drop in."),
    "visit_top_spender": lambda say, product: say.text(
        "Thank you for this year. I would like to bring you a small gift: when would it suit you?"),
    "win_back": lambda say, product: say.text(
        "We have been thinking of you. Whenever you are nearby, there is a cup of tea for you."),
    "long_absent": lambda say, product: say.text("You came to mind today. I wish you and your family well."),
    "ask_vip": lambda say, product: say.text("Let it come up in conversation and write down what you hear; do not interview."),
}  # fmt: skip
"""Kind of action → draft, given the product where one is known; ask_vip has a question each in VIP_ASKING."""

VIP_QUESTION_TEXTS: dict[str, Callable[[Language], str]] = {
    "v1": lambda say: say.text("Who are our top ten?"),
    "v2": lambda say: say.text("Where do they live, what do they do and like?"),
    "v3": lambda say: say.text("Which products and style do they love?"),
    "v4": lambda say: say.text("What share of sales do the top 10 and 50 make?"),
    "v5": lambda say: say.text("Who comes most often, who spends most a visit?"),
    "v6": lambda say: say.text("Who has stayed away longest, and why?"),
    "v7": lambda say: say.text("Why do they like us?"),
    "v8": lambda say: say.text("What share of their spending is ours?"),
    "v9": lambda say: say.text("What do they like least?"),
    "v10": lambda say: say.text("Which one thing would move them?"),
}
VIP_GAPS: dict[str, Callable[[Language], str]] = {
    "v2": lambda say: say.text("home, work, interests, anniversary"),
    "v3": lambda say: say.text("favourite product and style"),
    "v7": lambda say: say.text("why they like us"),
    "v8": lambda say: say.text("our share of their spending"),
    "v9": lambda say: say.text("what they like least"),
    "v10": lambda say: say.text("what would move them"),
}
VIP_ASKING: dict[str, Callable[[Language], str]] = {
    "v2": lambda say: say.text("Listen for home, work, interests and anniversary in conversation; do not interview."),
    "v3": lambda say: say.text("Of all you chose here, what do you like best, and why?"),
    "v7": lambda say: say.text("What makes you come back to us?"),
    "v8": lambda say: say.text("Where else do you like to shop for such things?"),
    "v9": lambda say: say.text("What could we do better for you?"),
    "v10": lambda say: say.text("Is there one thing we could do that would truly please you?"),
}


def channel(say: Language, code: str) -> str:
    """The way to reach the customer; codes outside the list (none) mean: only in the store."""
    return CHANNEL.get(code, CHANNEL["in_store"]).label(say.locale)


def kind(say: Language, code: str) -> str:
    return ACTION_KIND[code].label(say.locale)


# ---- VIPs


def vip_title(say: Language, review: Review) -> str:
    """What the top ten are worth, and how well we know them."""
    share, score = review.figures.get("top10_share_ytd"), review.figures.get("knowledge_score")
    count = len(review.vips)
    if count < TOP_TEN:  # these are all the customers the year has had: their share of its sales says nothing
        if score is None or score.value is None:
            return say.plural("The year's only customer", "All {n} customers of this year", count)
        return say.plural("The year's only customer; knowledge {score}", "All {n} customers of this year; knowledge {score}",
                          count, score=say.share(float(score.value), 0))  # fmt: skip
    if share is None or share.value is None or float(share.value) > 1:
        return say.plural("Our best customer this year", "Our best {n} customers this year", count)
    part = say.share(float(share.value))
    if score is None or score.value is None:
        return say.plural("The year's best customer makes {part} of sales", "The year's top {n} make {part} of sales",
                          count, part=part)  # fmt: skip
    return say.plural(
        "The year's best customer makes {part} of sales; knowledge {score}",
        "The year's top {n} make {part} of sales; knowledge {score}",
        count, part=part, score=say.share(float(score.value), 0),
    )  # fmt: skip


def knowledge_title(say: Language, review: Review) -> str:
    """How many of the answers we have of the top ten."""
    known = sum(code in row.known for row in review.vips for code in VIP_GAPS)
    return say.text("{known} of {asked} answers about them are known",
                    known=say.count(known), asked=say.count(len(review.vips) * len(VIP_GAPS)))  # fmt: skip


def answers_title(say: Language, review: Review) -> str:
    """How many of the questions the data can answer."""
    answered = sum(vip_answer(say, answer) is not None for answer in review.vip_answers)
    return say.text("The data answer {answered} of these {n} questions",
                    answered=answered, n=len(review.vip_answers))  # fmt: skip


def vip_lede(say: Language, review: Review) -> str:
    score = review.figures.get("knowledge_score")
    first = say.text("By net sales since 1 January; blanks become questions to ask.")
    if score is None or score.value is None or score.last_month is None:
        return first
    second = say.text("Knowledge score {now}, {change} on last month.", now=say.share(float(score.value)),
                      change=change(say, "knowledge_score", score.value, score.last_month))  # fmt: skip
    return say.sentences((first, second))


def vip_answer(say: Language, answer: VipAnswer) -> str | None:
    """The answer to one of V4–V10; None when it is not known."""
    teller = VIP_ANSWERS.get(answer.code)
    return teller(say, answer.params) if teller else None


def _v4(say: Language, params: Params) -> str:
    customers, ten = _number(params.get("customers")), _share(say, params.get("top10_share"))
    if customers <= TOP_TEN:
        return say.plural("The year has {n} customer, who makes {ten} of all sales.",
                          "The year has {n} customers, who make {ten} of all sales.", customers, ten=ten)  # fmt: skip
    if customers <= TOP_FIFTY:
        return say.text("The top 10 make {ten} of all sales this year ({customers} customers).", ten=ten,
                        customers=say.count(customers))  # fmt: skip
    return say.text("The top 10 make {ten}, the top 50 {fifty} of all sales this year ({customers} customers).",
                    ten=ten, fifty=_share(say, params.get("top50_share")), customers=say.count(customers))  # fmt: skip


def _v5(say: Language, params: Params) -> str:
    return say.plural(
        "Most often: {visitor}, {n} visit. Highest ticket: {spender}, {ticket}.",
        "Most often: {visitor}, {n} visits. Highest ticket: {spender}, {ticket}.",
        _number(params.get("visits")), visitor=_name(say, params.get("visitor")), spender=_name(say, params.get("spender")),
        ticket=_money(say, params.get("average_ticket")),
    )  # fmt: skip


def _v6(say: Language, params: Params) -> str:
    cause = LAPSE_REASON.get(str(params.get("cause")), LAPSE_REASON["unknown"])
    return say.plural("{person}, {n} day. Cause: {cause}.", "{person}, {n} days. Cause: {cause}.", _number(params.get("days")),
                      person=_name(say, params.get("person")), cause=cause.label(say.locale).lower())  # fmt: skip


def _answered(say: Language, params: Params) -> str:
    return say.text("{answered} of {asked} known", answered=say.count(_number(params.get("answered"))),
                    asked=say.count(_number(params.get("asked"))))  # fmt: skip


def _with_top_answer(say: Language, params: Params) -> str:
    known, top = _answered(say, params), params.get("top_answer")
    if top is None:
        return say.text("{sentence}.", sentence=known)
    return say.text("{known}; most often: {answer}.", known=known, answer=labelled(say, COMPLAINT_CAUSES, top))


def _v8(say: Language, params: Params) -> str:
    known = _answered(say, params)
    if params.get("median_share") is None:
        return say.text("{sentence}.", sentence=known)
    return say.text("{known}; median {share}.", known=known, share=_share(say, params.get("median_share")))


def _v10(say: Language, params: Params) -> str:
    return say.text("{sentence}.", sentence=_answered(say, params))


VIP_ANSWERS: dict[str, Callable[[Language, Params], str]] = {
    "v4": _v4, "v5": _v5, "v6": _v6, "v7": _with_top_answer, "v8": _v8, "v9": _with_top_answer, "v10": _v10,
}  # fmt: skip


def source(say: Language, answer: VipAnswer, as_of: date) -> str:
    label = SOURCE[answer.source].label(say.locale)
    if answer.source_on is None:
        return label
    return say.text("{source}, {day}", source=label, day=say.near_day(answer.source_on, as_of))


def _share(say: Language, value: Param) -> str:
    return UNKNOWN if value is None else say.share(float(value))  # type: ignore[arg-type]


def _money(say: Language, value: Param) -> str:
    return UNKNOWN if value is None else say.money(Decimal(str(value)))


# ---- customers


def customers_title(say: Language, review: Review) -> str:
    """How concentrated the sales are; else how many customers there are."""
    fifth = review.figures.get("top20pct_share_12m")
    base = of_all(review)
    if fifth is not None and fifth.value is not None and (fifth.n or 0) >= 20:
        return say.text("A fifth of the customers bring {share} of sales", share=say.share(float(fifth.value)))
    if base is None:
        return say.text("Who our customers are")
    return say.plural(
        "{n} customer in the base at the month's end", "{n} customers in the base at the month's end", base.closing_base
    )


def customers_lede(say: Language, review: Review) -> str:
    index, returning = review.figures.get("serialisation_index"), review.figures.get("repeat_rate_180d")
    parts = []
    if returning is not None and returning.value is not None:
        parts.append(say.text("{share} of first-time customers came back within 180 days (n = {n}).",
                              share=say.share(float(returning.value)), n=say.count(returning.n or 0)))  # fmt: skip
    if index is not None and index.value is not None:
        parts.append(say.text("The serialisation index is {share}: loyal, early-adopting and A customers among 12-month buyers.",
                              share=say.share(float(index.value))))  # fmt: skip
    return say.sentences(parts)


def pareto_title(say: Language, review: Review) -> str:
    """Whether the best fifth carry half of the sales."""
    fifth = review.figures.get("top20pct_share_12m")
    if fifth is None or fifth.value is None:
        return say.text("How sales spread over the customers")
    if float(fifth.value) >= CONCENTRATED:
        return say.text("Few customers carry the sales")
    return say.text("Sales are spread over many customers")


def status_title(say: Language, at_risk: int, lapsed: int) -> str:
    if not at_risk and not lapsed:
        return say.text("Nobody is at risk, nobody has lapsed")
    if not at_risk:
        return say.plural("Nobody is at risk, {n} has lapsed", "Nobody is at risk, {n} have lapsed", lapsed)
    if not lapsed:
        return say.plural(
            "{n} customer is at risk, nobody has lapsed", "{n} customers are at risk, nobody has lapsed", at_risk
        )
    if lapsed == 1:
        return say.plural(
            "{n} customer is at risk, one has lapsed", "{n} customers are at risk, one has lapsed", at_risk
        )
    return say.plural("{n} customer is at risk, {lapsed} have lapsed", "{n} customers are at risk, {lapsed} have lapsed",
                      at_risk, lapsed=say.count(lapsed))  # fmt: skip


def moves_title(say: Language, up: int, down: int) -> str:
    """How many moved up and down between the value classes."""
    if not up and not down:
        return say.text("Nobody changed class in three months")
    return say.text("{up} moved up a class, {down} down", up=say.count(up), down=say.count(down))


def value_class_title(say: Language, customers: int, share: float | None) -> str:
    if share is None:
        return say.text("No A customers yet")
    return say.plural("{n} A customer makes {share} of sales", "{n} A customers make {share} of sales", customers,
                      share=say.share(share))  # fmt: skip


def attitude_title(say: Language, rows: Sequence[AttitudeRow]) -> str:
    """The largest group; two as large as each other, and those who cannot be judged yet, are said to be so."""
    people, most = sum(row.customers for row in rows), max((row.customers for row in rows), default=0)
    if not most:
        return say.text("No buyers to judge yet")
    largest = [row for row in rows if row.customers == most]
    if len(largest) > 1:
        return say.text(
            "As many of each: {labels}", labels=say.joined(ATTITUDE[row.attitude].label(say.locale) for row in largest)
        )
    if largest[0].attitude == "too_early":
        return say.plural("{most} of {n} buyer cannot be judged yet", "{most} of {n} buyers cannot be judged yet", people,
                          most=say.count(most))  # fmt: skip
    label = ATTITUDE[largest[0].attitude].label(say.locale)
    if people < SMALL_COUNT:
        return say.text("Largest group: {label}, {most} of {n}", label=label, most=say.count(most), n=say.count(people))
    return say.text("Largest group: {label}, {share}", label=label, share=say.share(most / people))


# ---- care


def busiest_title(say: Language, days: Mapping[date, int]) -> str:
    """The day with the most contacts due; the first of them."""
    if not days:
        return say.text("Nothing falls due")
    day, n = max(days.items(), key=lambda item: (item[1], -item[0].toordinal()))
    return say.plural("Busiest day: {day}, {n} contact", "Busiest day: {day}, {n} contacts", n, day=say.day(day))


def kinds_title(say: Language, code: str, n: int) -> str:
    """The kind of care that falls due most often."""
    if not n:
        return say.text("Only missed ones")
    return say.text("Most of all: {kind}, {n}", kind=CARE_KIND[code].label(say.locale).lower(), n=say.count(n))


def care_title(say: Language, review: Review, month: Month) -> str:
    """How many care contacts fall due, and how many of them are VIPs'."""
    due = [care for care in review.care if not care.missed]
    vips = sum(care.is_vip for care in due)
    name = say.month_name(month)
    if not due:
        return say.text("No care falls due in {month}", month=name)
    if not vips:
        return say.plural("{n} care contact in {month}", "{n} care contacts in {month}", len(due), month=name)
    return say.plural("{n} care contact in {month}, {vips} for VIPs", "{n} care contacts in {month}, {vips} for VIPs", len(due),
                      month=name, vips=say.count(vips))  # fmt: skip


def care_lede(say: Language, review: Review) -> str:
    missed = sum(care.missed for care in review.care)
    first = say.text(
        "Wishes on the day; after a purchase a call at three days, a message every three weeks, an invitation at three months."
    )
    if not missed:
        return first
    return say.sentences((first, say.plural("{n} contact was missed last month and can still be made up.",
                                            "{n} contacts were missed last month and can still be made up.", missed)))  # fmt: skip


# ---- action lists


def list_title(say: Language, associate: Associate, actions: Sequence[Action], month: Month) -> str:
    """Whose list, how many things, and with whom to begin."""
    who = associate.name or say.text("Unassigned")
    return say.plural(
        "{who}: {n} thing in {month}, {name} first", "{who}: {n} things in {month}, {name} first", len(actions),
        who=say.kept(who), month=say.month_name(month), name=say.person(actions[0].person),
    )  # fmt: skip


def list_lede(say: Language, associate: Associate, in_file: int, left_out: int) -> str:
    """How to use the list, how full the month is, how many more the file holds, how many did not fit at all."""
    parts = [
        say.text(
            "Tick, write the result on its line and what you learn in the free space; enter both in actions.xlsx at the month's end."
        )
    ]
    if associate.associate_id is None:
        parts.append(say.text("Nobody looks after these customers yet: hand them out first."))
    else:
        parts.append(say.text("{contacts} of {capacity} personal contacts are planned.",
                              contacts=say.count(min(associate.personal_contacts, associate.capacity)),
                              capacity=say.count(associate.capacity)))  # fmt: skip
    if in_file:
        parts.append(say.plural("And {n} more in actions.xlsx.", "And {n} more in actions.xlsx.", in_file))
    if left_out:
        parts.append(
            say.plural(
                "{n} contact did not fit and was left out.", "{n} contacts did not fit and were left out.", left_out
            )
        )
    return say.sentences(parts)


# ---- stores


def stores_title(say: Language, stores: int, outliers: int) -> str:
    if not outliers:
        return say.plural("{n} store, and it does not stand out", "{n} stores, and none stands out", stores)
    return say.plural(
        "{n} of {stores} stores stands out", "{n} of {stores} stores stand out", outliers, stores=say.count(stores)
    )


def regions_title(say: Language, region: str, amount: Decimal) -> str:
    return say.text("{region} sells most: {amount}", region=region, amount=say.short_money(amount))


def panels_title(say: Language, stores: Sequence[StoreRow]) -> str:
    """The best and the last of the stores, which come by sales."""
    first, last = stores[0], stores[-1]
    return say.text("From {last} ({low}) to {first} ({high})", last=last.name, first=first.name,
                    low=say.short_money(last.net_sales), high=say.short_money(first.net_sales))  # fmt: skip


def panels_caption(say: Language, ceiling: Decimal, n: int, scales: int) -> str:
    """What the panels of the n-th of so many scales share."""
    if scales == 1:
        return say.text("Net sales by store; all panels start at zero and share one scale; largest store first")
    if n == 1:
        return say.text("Net sales by store, from zero to {top} in each panel; smaller stores follow on a finer scale",
                        top=say.short_money(ceiling))  # fmt: skip
    return say.text("Smaller stores, on a finer scale: from zero to {top} in each panel", top=say.short_money(ceiling))


def side_by_side_title(say: Language, stores: Sequence[StoreRow]) -> str:
    """How many stores sold more than a year ago."""
    changes = [step for store in stores if (step := relative(store.net_sales, store.net_sales_last_year)) is not None]
    if not changes:
        return say.text("No store has a month to compare with last year yet")
    grown = sum(change > 0 for change in changes)
    return say.plural("{grown} of {n} store sold more than last year", "{grown} of {n} stores sold more than last year",
                      len(changes), grown=say.count(grown))  # fmt: skip


# ---- definitions and data


def data_title(say: Language, scope: str, rows_in: int, set_aside: int) -> str:
    """How many rows arrived and what became of them; a store's review says that they are the whole chain's."""
    if rows_in and scope != "chain":
        if not set_aside:
            return say.plural(
                "The chain's {n} row is accounted for", "All {n} rows of the chain are accounted for", rows_in
            )
        return say.plural("{aside} of the chain's {n} row set aside",
                          "{aside} of the chain's {n} rows set aside, the rest counted",
                          rows_in, aside=say.count(set_aside))  # fmt: skip
    if not rows_in:
        return say.text("No rows arrived for this month")
    if not set_aside:
        return say.plural(
            "The {n} row that arrived is accounted for", "All {n} rows that arrived are accounted for", rows_in
        )
    return say.plural("{aside} of {n} row was set aside", "{aside} of {n} rows were set aside, the rest is counted",
                      rows_in, aside=say.count(set_aside))  # fmt: skip


def money_title(say: Language, rows: Sequence[MoneyRow]) -> str:
    """What was sold and what was paid back."""
    amounts = {row.line_kind: row.amount for row in rows}
    sold, refunded = amounts.get("sale", Decimal(0)), -amounts.get("refund", Decimal(0))
    if not sold and not refunded:
        return say.text("Nothing sold, nothing refunded")
    if not sold:
        return say.text("Nothing sold, refunded {refunded}", refunded=say.short_money(refunded))
    if not refunded:
        return say.text("Sold {sold}, nothing refunded", sold=say.short_money(sold))
    return say.text("Sold {sold}, refunded {refunded}", sold=say.short_money(sold), refunded=say.short_money(refunded))


def completeness_title(say: Language, label: str, share: float | None) -> str:
    """The field of the customer file that is known least."""
    if share is None:
        return say.text("No customer file yet")
    return say.text("Known least: {label}, {share}", label=label, share=say.share(share))


def files_title(say: Language, files: int, set_aside: int) -> str:
    if not set_aside:
        return say.plural("{n} file, no row set aside", "{n} files, no row set aside", files)
    if set_aside == 1:
        return say.plural("{n} file, one row set aside", "{n} files, one row set aside", files)
    return say.plural("{n} file, {aside} rows set aside", "{n} files, {aside} rows set aside", files,
                      aside=say.count(set_aside))  # fmt: skip


def files_caption(say: Language, scope: str) -> str:
    """How the rows add up, and in a store's review whose they are: a till file may hold many stores."""
    if scope == "chain":
        return say.text("Rows in = accepted + set aside + known already; amounts in {unit}", unit=say.money_unit)
    return say.text(
        "The chain's files, all stores together. Rows in = accepted + set aside + known already; amounts in {unit}",
        unit=say.money_unit,
    )


def glossary_title(say: Language, figures: int) -> str:
    return say.plural(
        "{n} figure, defined once for every page", "{n} figures, each defined once for every page", figures
    )


ABSENT: dict[str, Callable[[Language], str]] = {
    "customers": lambda say: say.text("a customer file would bring birthdays, anniversaries and consent"),
    "referrals": lambda say: say.text("a referral file would bring the referral rate and thanks due"),
    "complaints": lambda say: say.text("a complaint register would bring open complaints and their speed"),
    "surveys": lambda say: say.text("a survey file would bring why customers like us, and what they miss"),
    "contacts": lambda say: say.text("a contacts file would bring the care that was done"),
    "products": lambda say: say.text("a product file would bring favourite products, styles and brands"),
    "services": lambda say: say.text("a service register would bring what after-sales care does for repeat purchase"),
    "associates": lambda say: say.text("a staff file would bring associates' names and capacity"),
    "targets": lambda say: say.text("a targets file would bring target against actual"),
    "staff": lambda say: say.text("a staff file would bring associates' names and capacity"),
}


def absent_files(say: Language, tables: Sequence[str]) -> list[str]:
    """For each table without a row: which file would fill it, and what that would bring."""
    return [ABSENT[table](say) if table in ABSENT else say.text("a file of {table}", table=table) for table in tables]


def absent(say: Language, tables: Sequence[str]) -> str | None:
    """The same in one line; None when nothing is missing."""
    if not tables:
        return None
    return say.text("Not in this review yet: {files}.", files=clauses(say, absent_files(say, tables)))
