"""The ledger: which files have landed, what became of their rows, and how the money adds up."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.columns import Money, derived


class Ledger(pa.DataFrameModel):
    """One row per landed file content. It is committed last and makes the rows of its `landing_id` visible."""

    landing_id: int = derived()
    landing_no: int = derived(ge=1)
    """1, 2, 3 … in order of landing: where two rows speak of the same thing the higher one is newer."""
    file_hash: str = derived()
    file_name: str = derived()
    source: str = derived()
    table_name: str = derived()
    rows_in: int = derived(ge=0)
    rows_accepted: int = derived(ge=0)
    rows_quarantined: int = derived(ge=0)
    rows_duplicate: int = derived(ge=0)
    rows_corrected: int = derived(ge=0)
    """Of the accepted: rows that supersede an earlier landed row of the same order line."""
    rows_withdrawn: int = derived(ge=0)
    """Landed lines that this file, which brings its orders whole, no longer has."""
    rows_not_data: int = derived(ge=0)
    """Titles, repeated headers, totals and remarks: in the file, but no data, and not in `rows_in`."""
    amount_in: Money = derived()
    """Line amounts of all rows whose amount can be read, whatever their kind; 0.00 for files without amounts."""
    amount_accepted: Money = derived()
    amount_quarantined: Money = derived()
    amount_duplicate: Money = derived()
    net_sales: Money = derived()
    """Sales minus refunds among the accepted rows."""
    net_sales_taken_back: Money = derived()
    """Net sales of the landed versions that this file's rows replace or withdraw: its effect is the difference."""
    first_date: pl.Date = derived(nullable=True)
    last_date: pl.Date = derived(nullable=True)
    landed_at: pl.Datetime = derived()
    """UTC."""

    class Config:
        strict = True
        ordered = True
