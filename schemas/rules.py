"""The thresholds of the rules, per chain: chain.toml may set any of them under [rules]."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Named thresholds; days are calendar days, shares are fractions. Source of the defaults: the metric definitions."""

    lapse_gap_factor: float = 4
    lapse_floor_days: int = 365
    lapse_ceiling_days: int = 730
    overdue_gap_factor: float = 2
    overdue_floor_days: int = 30
    overdue_share_of_lapse: float = 0.75
    unknown_chain_gap_days: float = 90
    """The chain's own gap while nobody has bought twice yet."""
    gaps_for_own_rhythm: int = 3
    """With fewer gaps than this, a customer's own rhythm is blended with the chain's."""
    new_needs_history_months: int = 12
    """While the chain's history is shorter, a first purchase is "first seen", not "new"."""
    class_a_sales_share: float = 0.80
    class_a_customer_share: float = 0.20
    class_b_sales_share: float = 0.95
    vip_tiers: tuple[str, ...] = ()
    """Member tiers that are VIP whatever they bought; without any, VIP is class A."""
    attitude_months: int = 24
    early_adoption_days: int = 60
    early_adopter_products: int = 2
    launch_blind_days: int = 90
    """Products first sold in the chain's first days of history are not new."""
    attitude_min_purchases: int = 3
    promotion_share: float = 0.5
    devotion_share: float = 0.6
    brands_for_devotion: int = 3
    cared_for_categories: tuple[str, ...] = ()
    """Categories whose pieces are looked after three months on (cleaning, fitting); none named: all. Not bouquets."""
    points_expire_every: str = ""
    """The day of the year on which points are cleared ("12-31"), where the customer file gives no date; "": never."""
    rfm_recency_days: int = 180
    rfm_purchases: int = 3
    rfm_net_sales: int = 0
    """Net sales in 24 months that count as much, in the chain's currency; 0: not said, and RFM is not told."""
    top_spender_visit_months: tuple[str, ...] = ("12",)
    """Months ("01" to "12") in which the year's highest spender of each store is visited with a gift."""
    capacity: int = 40
    """Personal contacts an associate can make in a month, where the staff file does not say."""
    late_complaint_days: int = 7
    """A complaint that took longer to settle is evidence of why its customer left."""
    survey_gap: int = 2
    """Points by which an experience must fall short of the expectation to be evidence; one point is noise."""
    price_rise_share: float = 0.02
    """Three in four of a category's products rose by at least this: it got dearer."""
    care_days: int = 90
    """Without a logged contact for so long a customer is not looked after."""
    unanswered_win_backs: int = 3
