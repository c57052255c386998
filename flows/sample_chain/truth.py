"""What really happened, for tests to ask how much of it the reviews recover; never for the inbox."""

from __future__ import annotations

from pathlib import Path

from flows.sample_chain.chain import Chain
from flows.sample_chain.files import referrals_by_day, write_csv
from flows.sample_chain.people import Customer
from flows.sample_chain.seasons import NEVER


def write_truth(chain: Chain, truth: Path) -> None:
    """What really happened; never for the inbox."""
    date_text = chain.calendar.date_text
    write_csv(
        truth / "customers_truth.csv",
        ["customer_number", "member_ids", "phone", "account", "home_store_id", "segment", "attitude",
         "customer_kind", "mean_gap_days",
         "purchases", "named_purchases", "first_purchase_on", "last_purchase_on", "net_sales_cents",
         "state_at_end", "left_on", "leaving_cause", "cause_on",
         "referrer_number", "response_to_contact", "registered_on", "is_account_on_file"],
        [truth_row(chain, customer) for customer in chain.customers],
    )  # fmt: skip
    write_csv(
        truth / "referrals_truth.csv",
        ["referred_on", "referrer_number", "referred_number", "is_noted"],
        [
            (
                date_text(one.day),
                str(one.referrer.number),
                str(one.referred.number),
                "true" if one.is_noted else "false",
            )
            for one in referrals_by_day(chain)
        ],
    )
    write_csv(
        truth / "effects_truth.csv",
        ["response_to_contact", "state", "calls", "would_have_bought_60d", "bought_60d", "effect"],
        [
            (response, state, str(n), str(would), str(did), f"{(did - would) / n:.4f}")
            for (response, state), (n, would, did) in sorted(chain.books.effects.items())
        ],
    )
    write_csv(truth / "episodes.csv", ["episode", "store_id", "from_date", "to_date"], episodes(chain))
    write_csv(
        truth / "totals.csv",
        ["store_id", "month", "lines", "sale_lines", "refund_lines", "friction_lines", "goods_sales_cents",
         "refunds_cents",
         "net_sales_cents", "identified_sales_cents", "identified_net_sales_cents"],
        [
            (store_id, month, str(t.lines), str(t.sale_lines), str(t.refund_lines), str(t.friction_lines),
             str(t.sales), str(t.refunds),
             str(t.sales + t.refunds), str(t.identified_sales), str(t.identified_sales + t.identified_refunds))
            for (store_id, month), t in sorted(chain.books.totals.items())
        ],
    )  # fmt: skip


def episodes(chain: Chain) -> list[tuple[str, ...]]:
    """What happened to the chain: price rises, a store's bad months, a competitor, an opening, a closing."""
    date_text = chain.calendar.date_text
    rows: list[tuple[str, ...]] = [("price_rise", "", date_text(rise), "") for rise in chain.calendar.price_rises]
    for store in chain.physical:
        episodes = {
            "bad_service": store.bad_service,
            "competitor_opens": (store.competitor_from, NEVER),
            "store_opens": (store.opened if store.opened >= 0 else NEVER, NEVER),
            "store_closes": (store.closed, NEVER),
        }
        rows += [
            (name, store.store_id, date_text(first), date_text(last))
            for name, (first, last) in episodes.items()
            if first < NEVER
        ]
    return rows


def truth_row(chain: Chain, customer: Customer) -> tuple[str, ...]:
    date_text = chain.calendar.date_text
    left, cause, since = customer.left or (NEVER, "", NEVER)
    return (
        str(customer.number), "|".join(customer.cards(chain.end)), customer.phone, customer.account,
        customer.store.store_id, customer.segment.name,
        customer.attitude, customer.kind, f"{customer.gap:.1f}", str(customer.purchases),
        str(customer.named_purchases),
        date_text(customer.first_paid), date_text(customer.last_day) if customer.last_day >= 0 else "",
        str(customer.net_cents), "lapsed" if customer.left else "active",
        date_text(left), cause, date_text(since), str(customer.referrer.number) if customer.referrer else "",
        customer.response,
        date_text(customer.registered) if customer.registered <= chain.end else "",
        "true" if customer.is_account_on_file else "false",
    )  # fmt: skip
