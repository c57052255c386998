"""The lists of earlier months as they were published: the frame that the closed loop reads. Apart from schemas/effect.py,
which the renderer imports: it needs no data frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.columns import MONEY

LIST_COLUMNS: Mapping[str, Any] = {
    "month": pl.String(),
    "store_id": pl.String(),
    "action_id": pl.String(),
    "customer_id": pl.String(),
    "associate_name": pl.String(),
    "kind": pl.String(),
    "due_on": pl.Date(),
    "value_at_stake": MONEY,
    "is_vip": pl.Boolean(),
    "is_held_out": pl.Boolean(),
    "has_hold_out": pl.Boolean(),
}
"""One row per action that a published review listed or held out; `month` is the one it was to be done in (YYYY-MM).
`has_hold_out`: that review held contacts out, so its listed ones have somebody to be compared with."""
