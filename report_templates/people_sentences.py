# ruff: noqa: E501    (one text is one line)
"""What page 8 says in sentences: titles from the data, what a rank range means, how each kind of account is looked after."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from report_templates.language import UNKNOWN, Language
from report_templates.people_comparison import more_profit
from schemas.metrics import METRICS
from schemas.page_values import Value
from schemas.people import AdoptionRow, HoldingRow, KeyAccountRow, PeopleAndOpportunity, StaffRow, TogetherRow
from schemas.review import Review

FEWEST_FOR_A_TITLE = 20
"""A share of fewer people than this makes no title."""
ALIKE = 0.05
"""Shares of faded products closer than this are alike: picks of the same product are not independent."""
CITED_PROFIT = (0.20, 0.85)
"""Customers who come back bring 20–85 % more profit than first-timers, says the trade's text (S1)."""


def targets(say: Language, review: Review) -> str | None:
    """Target against actual in one sentence; None without targets."""
    rows = review.people.targets if review.people else ()
    parts = [
        say.text(
            "{label} {reached} of {target}",
            label=METRICS[row.name].label(say.locale).lower(),
            reached=UNKNOWN if row.reached is None else say.share(row.reached, 0),
            target=say.value(row.name, row.target, short=True),
        )
        for row in rows
        if row.target  # of nothing there is no share
    ]
    return say.text("Against target: {parts}.", parts=say.joined(parts)) if parts else None


# ---- people


def people_title(say: Language, page: PeopleAndOpportunity) -> str:
    """Customers without an associate first; else whether the associates' rates can be told apart."""
    if page.handover:
        return say.plural(
            "{n} customer's associate has left: hand over now", "{n} customers' associates have left: hand over now",
            len(page.handover),
        )  # fmt: skip
    first = told_apart(page.staff)
    if first:
        return say.text("{name}'s customers come back most; the others overlap", name=say.kept(first.name))
    if any(row.repeat_rate is not None for row in page.staff):
        return say.text("No associate's repeat rate stands out")
    return say.plural("{n} associate, too early to rate", "{n} associates, too early to rate", len(page.staff))


def told_apart(rows: tuple[StaffRow, ...]) -> StaffRow | None:
    """The associate whose rank range is 1 alone; None where luck could have made the order."""
    return next((row for row in rows if row.rank_worst == 1 and row.ranked_of > 1), None)


def people_lede(say: Language, review: Review) -> str:
    rate = review.figures.get("first_served_repeat_rate")
    parts = [say.text("Rates are drawn toward the store's: the fewer customers, the more.")]
    if rate is not None and rate.value is not None:
        parts.insert(
            0,
            say.text(
                "{share} of customers first served 90 to 544 days ago bought again within 180 days (n = {n}).",
                share=say.share(float(rate.value)), n=say.count(rate.n or 0),
            ),
        )  # fmt: skip
    return say.sentences(parts)


def staff_title(say: Language, rows: tuple[StaffRow, ...]) -> str:
    """How wide the rank ranges are."""
    ranges = [
        row.rank_worst - row.rank_best for row in rows if row.rank_best is not None and row.rank_worst is not None
    ]
    if len(ranges) < 2:
        return say.text("One associate, no ranking")
    if min(ranges) == 0:
        return say.text("Some ranks are certain")
    return say.text("Rank ranges overlap: no order among them is certain")


def handover_title(say: Language, page: PeopleAndOpportunity) -> str:
    vips = sum(row.is_vip for row in page.handover)
    if vips:
        return say.plural("{n} VIP among them, listed first", "{n} VIPs among them, listed first", vips)
    return say.text("No VIP among them; the best customers first")


def handover_note(say: Language, *, is_closest: bool, has_room: bool) -> str:
    if not has_room:
        return say.text("nobody has room")
    return say.text("served next most") if is_closest else say.text("has room")


def expiring_title(say: Language, page: PeopleAndOpportunity) -> str:
    points = sum(row.points for row in page.expiring)
    money = sum((row.stored_value for row in page.expiring), Decimal(0))
    if money:
        return say.plural(
            "{amount} of {n} customer expires",
            "{amount} of {n} customers expires",
            len(page.expiring),
            amount=say.short_money(money),
        )
    return say.plural(
        "{points} points of {n} customer expire",
        "{points} points of {n} customers expire",
        len(page.expiring),
        points=say.count(points),
    )


# ---- opportunity


def starting(rows: tuple[AdoptionRow, ...]) -> AdoptionRow | None:
    """The category that A customers start to buy more than others do, beyond chance and a handful; None: there is none."""
    return next((row for row in rows if is_starting(row) and row.a_could >= FEWEST_FOR_A_TITLE), None)


def is_starting(row: AdoptionRow) -> bool:
    return row.difference_low is not None and row.difference_low > 0


def opportunity_title(say: Language, page: PeopleAndOpportunity) -> str:
    adopted = starting(page.adoption)
    if adopted:
        return say.text(
            "A customers start buying {category}: {a} against {others}", category=adopted.category,
            a=say.share(adopted.a_share or 0.0, 0), others=say.share(adopted.others_share or 0.0, 0),
        )  # fmt: skip
    if page.together:
        return pair_title(say, page.together[0])
    people = sum(row.people for row in page.prospects)
    if people:
        return say.plural("{n} person knows us and has not bought", "{n} people know us and have not bought", people)
    if page.picks:
        return say.text("Early adopters pick {product}", product=page.picks[0].product)
    return say.text("Key accounts, and what customers still hold")


def pair_title(say: Language, row: TogetherRow) -> str:
    return say.text(
        "{category} and {other} go together: {lift} times chance",
        category=row.category,
        other=row.other,
        lift=say.decimal(row.lift),
    )


def opportunity_lede(say: Language, review: Review) -> str:
    """Profit of those who come back beside the trade's figure, and who is unprofitable."""
    parts = []
    more = more_profit(review)
    if more is not None and review.people:
        basis = say.text("profit") if review.people.profit_is_margin else say.text("net sales (cost not known)")
        low, high = (say.share(edge, 0) for edge in CITED_PROFIT)
        params = {"basis": basis, "more": say.share(abs(more), 0), "low": low, "high": high}
        parts.append(
            say.text("A returning customer brought {more} more {basis} in 12 months than a first-time one; the trade cites {low} to {high}.", **params)
            if more >= 0
            else say.text("A returning customer brought {more} less {basis} in 12 months than a first-time one; the trade cites {low} to {high} more.", **params)
        )  # fmt: skip
    losing = review.figures.get("unprofitable_customers")
    if losing is not None and losing.value:
        parts.append(
            say.plural(
                "The margin of {n} customer's lifetime is below zero.",
                "The lifetime margin of {n} customers is below zero.",
                int(losing.value),
            )
        )
    return say.sentences(parts)


def adoption_title(say: Language, rows: tuple[AdoptionRow, ...]) -> str:
    if starting(rows):
        return say.text("What A customers start to buy")
    return say.text("A customers start nothing more than others do")


def together_title(say: Language, rows: tuple[TogetherRow, ...]) -> str:
    if not rows:
        return say.text("No two categories go together beyond chance")
    return say.plural("{n} pair goes together beyond chance", "{n} pairs go together beyond chance", len(rows))


def picks_title(say: Language, review: Review) -> str:
    """How early adopters' earlier picks fared, beside all launches: whether to follow them."""
    own, all_of = review.figures.get("harbinger_share"), review.figures.get("launch_fade_share")
    if own is None or own.value is None or all_of is None or all_of.value is None:
        return say.text("Early adopters' picks, too early to judge")
    params: dict[str, object] = {
        "own": say.share(float(own.value), 0),
        "all": say.share(float(all_of.value), 0),
        "n": say.count(own.n or 0),
    }
    if abs(float(own.value) - float(all_of.value)) < ALIKE:
        return say.text("Early picks fade like all launches: {own} (n = {n}), all {all}", **params)
    if float(own.value) < float(all_of.value):
        return say.text("Early picks fade less: {own} (n = {n}), all launches {all}", **params)
    return say.text("Early picks fade more: {own} (n = {n}), all launches {all}", **params)


def prospects_title(say: Language, people: int, reachable: int) -> str:
    return say.plural(
        "{n} has never bought, {reachable} can be reached",
        "{n} have never bought, {reachable} can be reached",
        people,
        reachable=say.count(reachable),
    )


def accounts_title(say: Language, rows: tuple[KeyAccountRow, ...]) -> str:
    silent = sum(row.silent or 0 for row in rows)
    return say.plural("{n} key account is at risk or lapsed", "{n} key accounts are at risk or lapsed", silent)


STRATEGY: dict[str, Callable[[Language], str]] = {
    "individual": lambda say: say.text("A named associate, own dates, first look at new pieces."),
    "enterprise": lambda say: say.text(
        "A contact person, orders a month before holidays, invoice and delivery agreed."
    ),
    "partner": lambda say: say.text("A review every quarter: what they brought, what they got, what comes next."),
}


def strategy(say: Language, customer_kind: str) -> str:
    """How accounts of a kind are looked after; nothing for a kind that the trade has no word for."""
    return STRATEGY[customer_kind](say) if customer_kind in STRATEGY else ""


def rfm_title(say: Language, champions: int | None, cannot_lose: int | None) -> str:
    if cannot_lose:
        return say.plural(
            "{n} frequent big spender has gone quiet", "{n} frequent big spenders have gone quiet", cannot_lose
        )
    if champions:
        return say.plural(
            "{n} champion by recency, frequency, money", "{n} champions by recency, frequency, money", champions
        )
    return say.text("Recency, frequency, money by fixed cuts")


HOLDINGS: dict[str, Callable[[Language], str]] = {
    "points": lambda say: say.text("points"),
    "stored_value": lambda say: say.text("stored value"),
}


def holding(say: Language, row: HoldingRow) -> str:
    """Who holds how much, and what of it expires soon."""
    amounts = {"amount": holding_amount(say, row.holding, row.amount), "what": HOLDINGS[row.holding](say)}
    if not row.expiring_customers:
        return say.plural(
            "{n} customer holds {amount} {what}; none of it expires soon",
            "{n} customers hold {amount} {what}; none of it expires soon",
            row.customers,
            **amounts,
        )
    return say.plural(
        "{n} customer holds {amount} {what}; {soon} expires by the end of the month after next",
        "{n} customers hold {amount} {what}; {soon} expires by the end of the month after next",
        row.customers, soon=holding_amount(say, row.holding, row.expiring_amount), **amounts,
    )  # fmt: skip


def holding_amount(say: Language, holding: str, amount: Value) -> str:
    if amount is None:
        return UNKNOWN
    return say.money(Decimal(amount)) if holding == "stored_value" else say.count(int(amount))
