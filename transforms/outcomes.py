"""What came of the lists, dealt out to the reviews: by kind, by associate, who came back, and the effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.columns import MONEY
from schemas.disclosure import FEWEST_SHOWN
from schemas.effect import SEGMENT, CameBack, EffectRow, HeldOut, OutcomeRow
from schemas.page_values import Person
from schemas.segments import ACTION_KIND, CHAIN
from transforms.effect import Effects

Rows = list[dict[str, Any]]
PEOPLE_SHOWN = 10
"""At most this many who came back stand in a store's review."""
COUNTS = (
    pl.len().cast(pl.Int64).alias("listed"),
    pl.col("is_done").sum().cast(pl.Int64).alias("done"),
    pl.col("is_not_reached").sum().cast(pl.Int64).alias("not_reached"),
    pl.col("came_back").sum().cast(pl.Int64).alias("came_back"),
    pl.col("net_sales").sum().cast(MONEY).alias("net_sales"),
)


def ingredients(effects: Effects, scopes: Sequence[str]) -> pl.LazyFrame:
    """One row per scope: actions_listed, actions_done, actions_came_back. Null where nothing was listed; done and came back
    also where no contact is logged anywhere."""
    rows = effects.outcomes.lazy()
    counted = (
        pl.concat([rows.with_columns(scope="store_id"), rows.with_columns(scope=pl.lit(CHAIN))])
        .group_by("scope")
        .agg(
            actions_listed=pl.len().cast(pl.Int64),
            actions_done=pl.col("is_done").sum().cast(pl.Int64),
            actions_came_back=pl.col("came_back").sum().cast(pl.Int64),
        )
    )
    known = pl.lit(effects.is_known)
    return (
        pl.LazyFrame({"scope": list(scopes)}, schema={"scope": pl.String})
        .join(counted, on="scope", how="left", validate="1:1")
        .with_columns(pl.when(known).then(pl.col("actions_done", "actions_came_back")))
    )


class Told:
    """The rows of the reviews; each frame is counted once."""

    def __init__(self, effects: Effects, held_out: pl.DataFrame) -> None:
        rows = effects.outcomes
        everywhere = pl.concat([rows.with_columns(scope="store_id"), rows.with_columns(scope=pl.lit(CHAIN))])
        self._is_known = effects.is_known
        self._by_kind = everywhere.group_by("scope", "kind").agg(COUNTS)
        self._by_associate = (
            rows.group_by("store_id", "associate_name").agg(COUNTS).sort("store_id", "associate_name", nulls_last=True)
        )
        self._came_back = rows.filter("came_back").sort(
            "store_id", "net_sales", "bought_on", "action_id", descending=[False, True, False, False]
        ).unique(["store_id", "customer_id"], keep="first", maintain_order=True)  # fmt: skip
        self._held_out = held_out.sort("home_store_id", "due_on", "kind", "action_id")
        self.effects = _effect_rows(effects.by_kind)

    def by_kind(self, scope: str) -> tuple[OutcomeRow, ...]:
        """What became of the scope's lists, in the order of the kinds; nothing while no contact is logged at all."""
        if not self._is_known:
            return ()
        rows = {row["kind"]: row for row in self._by_kind.filter(pl.col("scope") == scope).iter_rows(named=True)}
        kinds = (*ACTION_KIND, *sorted(set(rows) - set(ACTION_KIND)))
        return tuple(_outcome(rows[kind], kind=kind) for kind in kinds if kind in rows)

    def by_associate(self, scope: str) -> tuple[OutcomeRow, ...]:
        """What became of each associate's list."""
        if not self._is_known:
            return ()
        rows = self._by_associate.filter(pl.col("store_id") == scope)
        return tuple(_outcome(row, associate_name=row["associate_name"]) for row in rows.iter_rows(named=True))

    def came_back(self, scope: str, person: Callable[[str], Person]) -> tuple[CameBack, ...]:
        """Those who bought after a contact, the most first."""
        rows = self._came_back.filter(pl.col("store_id") == scope).head(PEOPLE_SHOWN)
        return tuple(
            CameBack(person(row["customer_id"]), row["kind"], row["associate_name"], row["contacted_on"], row["bought_on"],
                     row["net_sales"])
            for row in rows.iter_rows(named=True)
        )  # fmt: skip

    def held_out(self, scope: str) -> tuple[HeldOut, ...]:
        """Whom chance left off the scope's lists for the coming month."""
        rows = self._held_out.filter(pl.col("home_store_id") == scope)
        return tuple(
            HeldOut(row["action_id"], row["customer_id"], row["kind"], row["due_on"], row["value_at_stake"], row["is_vip"])
            for row in rows.iter_rows(named=True)
        )  # fmt: skip


def _outcome(row: dict[str, Any], *, kind: str | None = None, associate_name: str | None = None) -> OutcomeRow:
    return OutcomeRow(
        kind, associate_name, row["listed"], row["done"], row["not_reached"],
        row["listed"] - row["done"] - row["not_reached"], row["came_back"], row["net_sales"], row["done"] / row["listed"],
    )  # fmt: skip


def _effect_rows(by_kind: pl.DataFrame) -> tuple[EffectRow, ...]:
    """By kind, all of it before its segments. Buyers of a small arm are not shown, the difference not before it is said."""
    kinds, segments = list(ACTION_KIND), list(SEGMENT)
    rows = sorted(
        by_kind.iter_rows(named=True), key=lambda row: (kinds.index(row["kind"]), segments.index(row["segment"]))
    )
    return tuple(
        EffectRow(
            kind=row["kind"],
            segment=row["segment"],
            treated=row["treated"],
            control=row["control"],
            bought_treated=row["bought_treated"] if row["treated"] >= FEWEST_SHOWN else None,
            bought_control=row["bought_control"] if row["control"] >= FEWEST_SHOWN else None,
            effect=row["effect"] if said else None,
            low=row["low"] if said else None,
            high=row["high"] if said else None,
            sales_effect=_money(row["sales_effect"]) if said else None,
            sales_low=_money(row["sales_low"]) if said else None,
            sales_high=_money(row["sales_high"]) if said else None,
            people=row["people"],
            people_needed=row["people_needed"],
            verdict=row["verdict"],
            gain=row["gain"],
        )
        for row in rows
        for said in [row["verdict"] != "too_early"]
    )


def _money(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount)).quantize(Decimal("0.01"))
