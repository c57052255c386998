"""How a column of a lake table is declared: one pandera field that also carries its header zh/en and its kind.

The kind says how text from a file becomes a value, and what is refused (transforms/intake.py does it):

- id: text, trimmed, out of ="…" and a leading apostrophe; not 6.9E+15  - text: as it stands, trimmed
- money: plain decimal, at most 2 places (currency, grouping removed; in brackets: negative) - unit_price: up to 6 places
- quantity: up to 3 places      - count: a whole number ≥ 0           - share: 0–1 or a percentage
- scale: a whole number 0–10    - date, datetime: ISO or year/month/day, a real calendar day; day/month/year only where the
  source says which way round; an offset or zone is converted to the chain's
- bool: yes/no, 是/否, 1/0, true/false
- phone: digits, normalised     - email: lower case, with an @
- month_day: YYYY-MM-DD or MM-DD, stored as "1985-10-03" or "-10-03" (lunar dates have no calendar day)
- calendar: solar/lunar, 公历/农历
- month: 2026-10, 2026/10, 2026年10月 or a day of it; stored as its first day
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pandera.polars as pa
import polars as pl

Kind = Literal[
    "id", "text", "money", "unit_price", "quantity", "count", "share", "scale", "date", "datetime", "bool", "phone",
    "email", "month_day", "calendar", "month",
]  # fmt: skip

Money = Annotated[pl.Decimal, 18, 2]
UnitPrice = Annotated[pl.Decimal, 18, 6]
Quantity = Annotated[pl.Decimal, 18, 3]

MONEY = pl.Decimal(18, 2)
UNIT_PRICE = pl.Decimal(18, 6)
QUANTITY = pl.Decimal(18, 3)


def as_cents(money: pl.Expr) -> pl.Expr:
    """MONEY in whole hundredths (Int128)."""
    return money.cast(MONEY).to_physical()


def as_money(cents: pl.Expr) -> pl.Expr:
    """Whole hundredths as MONEY."""
    return (cents.cast(pl.Decimal(38, 0)) * pl.lit("0.01").cast(pl.Decimal(38, 2))).cast(MONEY)


DTYPES: dict[str, pl.DataType] = {
    "id": pl.String(),
    "text": pl.String(),
    "money": MONEY,
    "unit_price": UNIT_PRICE,
    "quantity": QUANTITY,
    "count": pl.Int64(),
    "share": pl.Float64(),
    "scale": pl.Int64(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "bool": pl.Boolean(),
    "phone": pl.String(),
    "email": pl.String(),
    "month_day": pl.String(),
    "calendar": pl.String(),
    "month": pl.Date(),
}
"""The polars type a kind becomes."""


def column(zh: str, kind: Kind, *, required: bool = False, reserved: Sequence[str] = (), **checks: Any) -> Any:
    """A column that files can bring: its Chinese header, its kind, whether a row is worth nothing without it, and the values
    that no file may bring because they stand for something else."""
    metadata = {"kind": kind, "required": required, "reserved": tuple(reserved)}
    return pa.Field(nullable=not required, title=zh, metadata=metadata, **checks)


def derived(*, nullable: bool = False, **checks: Any) -> Any:
    """A column that Regulars adds; no file brings it."""
    return pa.Field(nullable=nullable, metadata={"kind": None}, **checks)


class Landed(pa.DataFrameModel):
    """What every row of the lake carries: which landing brought it, and from which line of the file."""

    landing_id: int = derived()
    source_row: int = derived(ge=1)

    class Config:
        strict = True
        ordered = True
