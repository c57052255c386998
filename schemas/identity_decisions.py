"""The decisions people took about who is one person, as the lake keeps them."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.columns import Money, derived
from schemas.identity import DECISION


class IdentityDecisions(pa.DataFrameModel):
    """One row per decision and key that it names (a merge or an undo: one row). Hashes and amounts: no personal data."""

    landing_id: int = derived()
    decision_id: str = derived()
    decided_at: pl.Datetime = derived()
    """UTC."""
    verb: str = derived(isin=list(DECISION))
    left_key: int = derived()
    """A buyer key of the first side, which keeps the older id in a merge, and the customer in a split."""
    right_key: int = derived()
    """A buyer key of the second side: merged into the first, or split off it."""
    key_mark: int = derived(nullable=True)
    """Split: hash of one key that leaves (`transforms.identity.mark`)."""
    undoes: str = derived(nullable=True)
    """Undo: the decision that no longer holds."""
    left_net_sales: Money = derived()
    """Net sales of the first side up to the decision."""
    right_net_sales: Money = derived()

    class Config:
        strict = True
        ordered = True
