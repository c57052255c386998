"""What came of the lists, for the invented reviews: a young chain, and one that knows what its contacts do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from schemas.effect import CameBack, EffectRow, OutcomeRow
from schemas.review import Review


def with_lists(review: Review, *, is_mature: bool) -> Review:
    """The review with the outcome of its month's lists; `is_mature`: after many months, with a clear effect and a clear harm."""
    outcomes = (
        OutcomeRow("answer_complaint", None, 4, 3, 1, 0, 1, Decimal("860.00"), 3 / 4),
        OutcomeRow("birthday", None, 31, 22, 2, 7, 5, Decimal("6400.00"), 22 / 31),
        OutcomeRow("win_back", None, 76, 41, 17, 18, 9, Decimal("21450.50"), 41 / 76),
        OutcomeRow("long_absent", None, 14, 6, 2, 6, 0, Decimal("0.00"), 6 / 14),
    )
    names = [row.name for row in review.associates if row.name][:4] or ["Anna Bell"]
    by_associate = tuple(
        OutcomeRow(None, name, 30 - 3 * place, 24 - 6 * place, 3, 3 + 3 * place, 6 - place, Decimal(9000 - 2111 * place),
                   (24 - 6 * place) / (30 - 3 * place))
        for place, name in enumerate(names)
    )  # fmt: skip
    people = [action.person for action in review.actions[:6]]
    came_back = tuple(
        CameBack(person, "win_back", names[place % len(names)], date(2026, 10, 3 + place), date(2026, 10, 9 + 2 * place),
                 Decimal(8200 - 1171 * place))
        for place, person in enumerate(people)
    )  # fmt: skip
    is_store = review.scope.kind == "store"
    return replace(
        review,
        outcomes=outcomes,
        outcomes_by_associate=by_associate if is_store else (),
        came_back=came_back if is_store else (),
        effects=MATURE if is_mature else YOUNG,
    )


YOUNG = (
    EffectRow(
        "win_back", "all", 388, 21, 0.1959, 0.1429, None, None, None, None, None, None, 39, 317, "too_early", 0.041
    ),
    EffectRow("win_back", "vip", 88, 4, 0.25, None, None, None, None, None, None, None, 7, 240, "too_early", 0.04),
    EffectRow("long_absent", "all", 41, 2, 0.0976, None, None, None, None, None, None, None, 3, 690, "too_early", 0.04),
)
MATURE = (
    EffectRow("win_back", "all", 6120, 321, 0.2412, 0.1994, 0.0418, -0.0035, 0.0834, Decimal("96.20"), Decimal("-20.10"),
              Decimal("212.50"), 609, 246, "no_difference", 0.041),
    EffectRow("win_back", "other", 5100, 268, 0.2600, 0.1900, 0.07, 0.0181, 0.1139, Decimal("141.00"), Decimal("22.00"),
              Decimal("260.00"), 509, 233, "brings_back", 0.061),
    EffectRow("win_back", "vip", 1020, 53, 0.147, 0.2453, None, None, None, None, None, None, 100, 473, "too_early", 0.031),
    EffectRow("long_absent", "all", 4800, 260, 0.1520, 0.2310, -0.079, -0.1339, -0.0301, Decimal("-44.10"), Decimal("-80.00"),
              Decimal("-8.20"), 493, 433, "drives_away", -0.05),
)  # fmt: skip
