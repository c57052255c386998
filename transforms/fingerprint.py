"""Numbers made from text that are the same on every machine, in every version and in every year."""

from __future__ import annotations

import polars as pl
import polars_hash  # noqa: F401  registers the expression namespace `nchash`


def fingerprint(text: pl.Expr, bits: int = 63) -> pl.Expr:
    """A number from 0 below 2^bits (Int64) made from text by XXH3; null counts as empty text."""
    digest: pl.Expr = text.fill_null("").nchash.xxh3_64()  # type: ignore[attr-defined]
    return (digest & ((1 << bits) - 1)).cast(pl.Int64)


def joined(*columns: str) -> pl.Expr:
    """Several text columns as one text that no other values give."""
    parts: list[pl.Expr] = []
    for name in columns:
        parts += [pl.col(name).cast(pl.String).fill_null("\x1e"), pl.lit("\x1f")]
    return pl.concat_str(parts)
