"""What earlier months put on the lists: read back from their published reviews, the only record of what staff were given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import polars as pl

from flows.config import Settings, Workspace
from flows.errors import RegularsError
from schemas.effect import EFFECT_MONTHS
from schemas.past_lists import LIST_COLUMNS
from schemas.period import Month
from transforms.effect import Loop, no_lists


class BrokenReview(RegularsError):
    """A published review.json cannot be read."""


def loop_before(workspace: Workspace, settings: Settings, month: Month) -> Loop:
    """The lists of the months up to `month` (each published by the review before it), at most EFFECT_MONTHS of them.

    RegularsError names a review.json that cannot be read: a list that is silently missing would change the effect.
    """
    rows = [
        row
        for told in month.plus(-EFFECT_MONTHS).through(month.previous)
        for row in _listed(workspace, told)
    ]  # fmt: skip
    if not rows:
        return Loop(settings.key, no_lists())
    frame = pl.DataFrame(rows, schema={**LIST_COLUMNS, "due_on": pl.String, "value_at_stake": pl.String}, orient="row")
    return Loop(
        settings.key,
        frame.with_columns(
            pl.col("due_on").str.to_date("%Y-%m-%d"), pl.col("value_at_stake").cast(LIST_COLUMNS["value_at_stake"])
        ).sort("month", "store_id", "action_id"),
    )


def digest(loop: Loop) -> dict[str, str]:
    """Month → twelve hexadecimal digits of what was listed for it: part of what a later month is made from."""
    return {
        key[0]: sha256(rows.write_csv().encode()).hexdigest()[:12]
        for key, rows in sorted(loop.lists.partition_by("month", as_dict=True).items())
    }


def _listed(workspace: Workspace, month: Month) -> Iterator[tuple[Any, ...]]:
    """The rows of LIST_COLUMNS that the published reviews of `month` listed for the month after it."""
    stores = workspace.published / str(month) / "stores"
    for path in sorted(stores.glob("*/review.json")) if stores.is_dir() else ():
        try:
            told = json.loads(path.read_bytes())
            tables, store_id = told["tables"], told["scope"]["store_id"]
            has_hold_out = "held_out" in tables
            for row in tables["actions"]:
                yield (
                    str(month.next), store_id, row["action_id"], row["person"]["customer_id"], row["associate_name"],
                    row["kind"], row["due_on"], row["value_at_stake"], row["is_vip"], False, has_hold_out,
                )  # fmt: skip
            for row in tables.get("held_out", ()):
                yield (
                    str(month.next), store_id, row["action_id"], row["customer_id"], None,
                    row["kind"], row["due_on"], row["value_at_stake"], row["is_vip"], True, True,
                )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            where = path.relative_to(workspace.root)
            raise BrokenReview(
                f"{where}: cannot be read ({type(error).__name__}); publish {month} again with `regulars review {month}`"
            ) from None
