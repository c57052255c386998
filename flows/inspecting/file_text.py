"""A file's header and text, with what its values look like: what a proposal is made from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import polars as pl

from schemas.column_synonyms import named
from schemas.source_formats import INPUT_TABLES, addressed, roles_of
from transforms.intake import BLANKS
from transforms.profiling import (
    DateReading,
    DecimalReading,
    column_profiles,
    date_reading,
    decimal_reading,
    masked,
    numbers,
    sampled,
)

FITS, NEARLY_FITS, HALF_FITS = 0.98, 0.9, 0.5
"""Shares of a column's filled cells that its role can read: a fit; a fit with bad cells; a doubt. Below: refused."""
WORDS_SHOWN = 12
"""A column with at most so many values is one of words (stores, states)."""
NUMBER_KINDS = ("money", "unit_price", "quantity")


class FileText:
    """A file's header and its rows as text, with what its values look like (worked out when first asked)."""

    def __init__(self, file: str, header: Sequence[str], rows: pl.DataFrame) -> None:
        """`rows`: a String column per header position ("0", "1", …) and `source_row`."""
        self.file = file
        self.header = addressed(list(header))
        self.words = ["" if not text.strip(BLANKS) else named(text) for text in header]
        self.rows = rows
        self._dates: dict[int, DateReading] = {}
        self._decimals: dict[tuple[int, ...], DecimalReading] = {}
        self._words: dict[int, dict[str, int]] = {}

    @cached_property
    def profiles(self) -> list[dict[str, Any]]:
        return column_profiles(self.rows.drop("source_row")).to_dicts()

    @cached_property
    def sample(self) -> pl.DataFrame:
        return sampled(self.rows).with_columns(pl.col(pl.String).str.strip_chars(BLANKS))

    def dates(self, position: int) -> DateReading:
        if position not in self._dates:
            self._dates[position] = date_reading(self.rows[str(position)], self.rows["source_row"])
        return self._dates[position]

    @cached_property
    def number_columns(self) -> list[int]:
        return [
            at
            for at, seen in enumerate(self.profiles)
            if seen["number"] >= NEARLY_FITS and seen["date"] < HALF_FITS and seen["mobile"] < HALF_FITS and seen["longest"] <= 16
        ]  # fmt: skip

    def decimals_of(self, positions: Sequence[int]) -> DecimalReading:
        asked = tuple(sorted(positions))
        if asked not in self._decimals:
            self._decimals[asked] = decimal_reading(self.rows.select(str(at) for at in asked), self.rows["source_row"])
        return self._decimals[asked]

    @cached_property
    def decimals(self) -> DecimalReading:
        return self.decimals_of(self.number_columns)

    def numbers(self, position: int, rows: pl.DataFrame | None = None) -> pl.Series:
        frame = self.sample if rows is None else rows
        return frame.select(numbers(pl.col(str(position)), decimal_comma=bool(self.decimals.is_comma))).to_series()

    def words_of(self, position: int) -> dict[str, int]:
        """Each value of a column of few values → rows, over the whole file."""
        if position not in self._words:
            cells = self.rows[str(position)].value_counts(name="rows")
            named_cells = cells.with_columns(pl.col(str(position)).str.strip_chars(BLANKS).alias("word"))
            counted = named_cells.filter(pl.col("word") != "").group_by("word").agg(pl.col("rows").sum())
            counted = counted.sort("rows", "word", descending=[True, False])
            self._words[position] = {str(word): int(rows) for word, rows in counted.iter_rows()}
        return self._words[position]


def quoted(header: str) -> str:
    return f"“{header}”"


def values_seen(file: FileText, at: int, role: str | None) -> str:
    """What a column's values look like, in a few words; nothing of a person but a masked form."""
    seen = file.profiles[at]
    if not seen["filled"]:
        return "empty"
    if seen["date"] >= HALF_FITS and role not in ("order_id", "product_id"):
        told = file.dates(at)
        shape = told.formats[0].shape if told.formats else "days"
        clock = " hh:mm" if seen["with_clock"] >= HALF_FITS else ""
        more = f" +{len(told.formats) - 1} more" if len(told.formats) > 1 else ""
        return f"{shape}{clock}{more}"
    if (
        role in ("store_id", "home_store_id", "status", "line_type", "channel", "currency", "category", "region")
        and seen["distinct"] <= WORDS_SHOWN
    ):
        words = list(file.words_of(at))
        return f"{seen['distinct']}: {', '.join(words[:3])}{' …' if len(words) > 3 else ''}"
    cells = file.sample[str(at)]
    first = next((cell for cell in cells if cell), "")
    if at in file.number_columns and (role is None or roles_kind(role) in (*NUMBER_KINDS, "count", "scale")):
        values = file.numbers(at).drop_nulls()
        if not len(values):
            return "numbers"
        low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]
        return f"{low:,g} … {high:,g}" if low < high else f"{low:,g}"
    return f"{masked(first)}  {seen['distinct']:,} different"


def roles_kind(role: str) -> str:
    return next((roles_of(table)[role].kind for table in INPUT_TABLES if role in roles_of(table)), "text")
