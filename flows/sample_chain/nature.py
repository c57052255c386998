"""The nature of customers: segments, attitudes, how long they stay, how they take a call."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Segment:
    """A way of being a customer."""

    name: str
    share: float
    gap: float
    """Mean days between purchases of the segment's typical customer."""
    regularity: float
    """Shape of the gamma that gaps are drawn from: the higher, the steadier."""
    season: str
    tastes: dict[str, float]
    attitudes: dict[str, float]
    online: float
    """Chance of also buying online."""


SEGMENTS = (
    Segment(
        "flower_regular", 0.18, 25, 4.0, "flowers",
        {"flowers": 0.8, "floral_gift": 0.13, "silver": 0.03, "pearl": 0.04},
        {"loyal": 0.6, "switcher": 0.2, "no_loyalty": 0.2}, 0.15,
    ),
    Segment(
        "jewellery_self", 0.26, 80, 2.0, "jewellery",
        {"gold": 0.42, "pearl": 0.2, "silver": 0.16, "gem": 0.1, "diamond": 0.06, "flowers": 0.06},
        {"loyal": 0.5, "switcher": 0.28, "no_loyalty": 0.22}, 0.15,
    ),
    Segment(
        "style_lover", 0.09, 43, 2.5, "jewellery",
        {"silver": 0.32, "pearl": 0.3, "gem": 0.14, "gold": 0.14, "floral_gift": 0.1},
        {"early_adopter": 0.75, "loyal": 0.15, "switcher": 0.1}, 0.3,
    ),
    Segment(
        "couple", 0.11, 150, 2.0, "jewellery",
        {"diamond": 0.16, "gold": 0.34, "flowers": 0.32, "floral_gift": 0.12, "silver": 0.06},
        {"loyal": 0.5, "switcher": 0.3, "no_loyalty": 0.2}, 0.2,
    ),
    Segment(
        "gift_giver", 0.14, 200, 1.5, "flowers",
        {"flowers": 0.45, "floral_gift": 0.3, "pearl": 0.13, "silver": 0.06, "gold": 0.06},
        {"loyal": 0.55, "switcher": 0.25, "no_loyalty": 0.2}, 0.6,
    ),
    Segment(
        "promotion_hunter", 0.12, 51, 1.5, "promotion",
        {"silver": 0.34, "gold": 0.22, "pearl": 0.24, "floral_gift": 0.1, "gem": 0.1},
        {"no_loyalty": 0.8, "switcher": 0.2}, 0.35,
    ),
    Segment(
        "occasional", 0.09, 220, 1.0, "jewellery",
        {"silver": 0.3, "gold": 0.25, "flowers": 0.3, "pearl": 0.15},
        {"no_loyalty": 0.5, "switcher": 0.4, "loyal": 0.1}, 0.1,
    ),
    Segment(
        "enterprise", 0.006, 75, 6.0, "even", {"floral_gift": 0.6, "gold": 0.25, "flowers": 0.15}, {"loyal": 1.0}, 0.0,
    ),
    Segment("partner", 0.004, 34, 3.0, "even", {"flowers": 0.75, "floral_gift": 0.25}, {"loyal": 1.0}, 0.0),
)  # fmt: skip


ONLINE_SEGMENT_SHARES = (0.16, 0.12, 0.12, 0.02, 0.36, 0.18, 0.04, 0.0, 0.0)
"""Shares of the segments among those who know the chain only online."""


BIG_SPENDER = Segment(
    "big_spender", 0.0, 26, 2.5, "jewellery",
    {"gold": 0.4, "diamond": 0.15, "gem": 0.2, "pearl": 0.15, "flowers": 0.1},
    {"loyal": 0.8, "early_adopter": 0.2}, 0.1,
)  # fmt: skip
"""One to three per store."""


LIFETIME = {"loyal": 2400, "early_adopter": 2100, "switcher": 1150, "no_loyalty": 900}
"""Attitude → mean days until a customer leaves of their own nature."""


ONE_TIMERS = {"loyal": 0.1, "early_adopter": 0.04, "switcher": 0.2, "no_loyalty": 0.24}
"""Attitude → chance that the first purchase was the last."""


DEVOTION = {"loyal": 0.88, "early_adopter": 0.45, "switcher": 0.75, "no_loyalty": 0.1}
"""Attitude → chance that a piece is of the favourite brand (a switcher's favourite changes every year)."""


RESPONSES = {"responds": 0.35, "indifferent": 0.5, "annoyed": 0.15}
"""How people take a call while they stay away."""


WON_BACK_CHANCE = {
    "": 0.35,
    "lack_of_care": 0.4,
    "natural": 0.16,
    "product": 0.15,
    "competitor": 0.14,
    "price": 0.12,
    "bad_service": 0.1,
    "taste": 0.08,
    "moved_away": 0.0,
}
"""Why they stay away ("" = merely late) → chance that a call brings one who responds within 60 days."""


def of_shares(rng: Random, shares: dict[str, float]) -> str:
    """One of the names, by its share."""
    point = rng.random() * sum(shares.values())
    for name, share in shares.items():
        point -= share
        if point < 0:
            return name
    return name
