"""For a file that no format knows: the table, a role for each column, how sure that is and why, as a [sources.NAME] table.

Header words propose, values confirm or refuse. What the file cannot prove is a question, and a proposal with open
questions is not saved: a wrong mapping lands wrong money without a word, an open question costs one answer (`--set`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from typing import Any, Literal

import polars as pl

from flows.errors import UsageError
from flows.sources import READING_KEYS, required_roles, toml_key, toml_value
from schemas.column_synonyms import (
    FIRST_NAME,
    GIVEN_BACK,
    KIND_WORDS,
    LAST_NAME,
    NO_ROLE,
    ORDER_LINES,
    SALE_WORDS,
    SYNONYMS,
    TIME_OF_DAY,
    Words,
    named,
)
from schemas.source_formats import CUSTOMER_KEYS, INPUT_TABLES, addressed, normalised_header, roles_of
from transforms.intake import BLANKS
from transforms.profiling import (
    SAMPLE_ROWS,
    DateReading,
    DecimalReading,
    column_profiles,
    date_reading,
    decimal_reading,
    masked,
    numbers,
    sampled,
    share_constant_within,
    share_found,
    share_that_multiplies,
)

Sureness = Literal["sure", "likely", "unsure"]

FITS, NEARLY_FITS, HALF_FITS = 0.98, 0.9, 0.5
"""Shares of a column's filled cells that its role can read: a fit; a fit with bad cells; a doubt. Below: refused."""
FEW_KEYS = 5
"""A key of customers with so few values, each many times over, is none."""
WORDS_SHOWN = 12
"""A column with at most so many values is one of words (stores, states)."""
TABLE_MARGIN = 0.8
"""By how much (in columns explained) the best table must lead to be sure."""

LEFT_OUT = "-"
"""An answer: no column has this role."""

NUMBER_KINDS = ("money", "unit_price", "quantity")
PRICES = ("net_sales", "unit_price", "order_paid")


@dataclass(frozen=True)
class ColumnProposal:
    """One column of the file: what it would be, how sure, and why in words."""

    header: str
    """As chain.toml names it: the second "Date" is "Date (2)"."""
    role: str | None
    sureness: Sureness | None
    reason: str
    seen: str
    """What its values look like, masked."""


@dataclass(frozen=True)
class Proposal:
    """What a file is proposed to be; `told` is the [sources.NAME] table."""

    file: str
    name: str
    table: str | None
    table_sureness: Sureness
    table_reason: str
    columns: tuple[ColumnProposal, ...]
    told: Mapping[str, Any]
    questions: tuple[str, ...]
    """What must be answered before it can be saved, each with the answer's form."""
    notes: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return self.table is not None and not self.questions

    @property
    def roles(self) -> dict[str, str]:
        """Role → header, as proposed."""
        return {column.role: column.header for column in self.columns if column.role}

    def toml(self) -> str:
        """The [sources.NAME] table, ready for chain.toml; what is unsure says so behind its line."""
        lines = [f"[sources.{toml_key(self.name)}]"]
        for key, value in self.told.items():
            if key not in ("columns", "rules"):
                lines.append(f"{key} = {toml_value(value)}")
        if self.told.get("rules"):
            lines.append("# the first rule that holds decides what a row is; no rule: a sale")
            lines += ["rules = [", *(f"  {toml_value(rule)}," for rule in self.told["rules"]), "]"]
        lines.append(f"[sources.{toml_key(self.name)}.columns]")
        doubts = {column.role: column for column in self.columns if column.sureness == "unsure"}
        for role, value in self.told["columns"].items():
            doubt = "   # unsure: " + " ".join(doubts[role].reason.split()) if role in doubts else ""
            lines.append(f"{role} = {toml_value(value)}{doubt}")
        return "\n".join(lines) + "\n"


class FileText:
    """A file's header and its rows as text, with what its values look like (worked out when first asked)."""

    def __init__(self, file: str, header: Sequence[str], rows: pl.DataFrame) -> None:
        """`rows`: a String column per header position ("0", "1", …) and `source_row`."""
        self.file = file
        self.header = addressed(list(header))
        self.words = ["" if not text.strip(BLANKS) else named(text) for text in header]
        self.rows = rows
        self._dates: dict[int, DateReading] = {}

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
        return decimal_reading(self.rows.select(str(at) for at in positions), self.rows["source_row"])

    @cached_property
    def decimals(self) -> DecimalReading:
        return self.decimals_of(self.number_columns)

    def numbers(self, position: int, rows: pl.DataFrame | None = None) -> pl.Series:
        frame = self.sample if rows is None else rows
        return frame.select(numbers(pl.col(str(position)), decimal_comma=bool(self.decimals.is_comma))).to_series()

    def words_of(self, position: int) -> dict[str, int]:
        """Each value of a column of few values → rows, over the whole file."""
        cells = self.rows[str(position)].str.strip_chars(BLANKS)
        counted = cells.filter(cells != "").value_counts(sort=True, name="rows")
        return {str(word): int(rows) for word, rows in counted.iter_rows()}


@dataclass
class _Candidate:
    role: str
    at: int
    strength: float
    match: Literal["plain", "part", "vague", "values", "told"]
    sureness: Sureness
    reason: str
    rank: int = 0


# ---- a column and a role


def _match(words: Words, header: str) -> tuple[Literal["plain", "part", "vague"], int, str] | None:
    """How a header names a role: (match, rank among the role's names, the word); None when it doesn't."""
    if not header:
        return None
    bare = header.replace(" ", "")
    for match, names in (("plain", words.plain), ("vague", words.vague)):
        for rank, word in enumerate(names):
            if word.replace(" ", "") == bare:
                return ("plain" if match == "plain" else "vague"), rank, word
    best: tuple[int, int, str] | None = None
    for rank, word in enumerate(words.plain):
        is_latin = word.isascii()
        inside = f" {word} " in f" {header} " if is_latin else word in header
        if inside and len(word) >= (4 if is_latin else 2) and (best is None or len(word) > best[0]):
            best = (len(word), rank, word)
    return None if best is None else ("part", best[1], best[2])


def _fit(kind: str, seen: Mapping[str, Any]) -> float:
    """The share of a column's filled cells that a role of this kind can read."""
    if kind == "phone":
        return min(1.0, max(seen["phone"], seen["mobile"]) + seen["masked"])
    if kind == "email":
        return float(seen["email"])
    if kind in ("date", "datetime"):
        return float(seen["date"])
    if kind in NUMBER_KINDS:
        return 0.0 if seen["date"] > HALF_FITS and seen["whole"] < FITS else float(seen["number"])
    if kind == "count":
        return float(seen["whole"]) if seen["longest"] <= 12 else 0.0
    if kind == "scale":
        return float(seen["whole"]) if seen["longest"] <= 4 else 0.0
    if kind == "share":
        return float(seen["share"])
    if kind == "bool":
        return float(seen["yes_no"])
    if kind == "month_day":
        return min(1.0, seen["date"] + seen["month_day"])
    if kind == "id":
        if seen["scientific"] > 1 - FITS:
            return 1.0 - seen["scientific"]
        amounts = (
            seen["shows_point"] + seen["shows_comma"]
            if seen["number"] > NEARLY_FITS and seen["whole"] < HALF_FITS
            else 0.0
        )
        if max(seen["clock"], seen["with_clock"], amounts, seen["email"]) > HALF_FITS:
            return 0.0
        return 0.0 if seen["date"] > HALF_FITS and seen["whole"] < HALF_FITS and seen["code"] < FITS else 1.0
    return 1.0  # text


NAMES_OF_PRODUCTS = (("order_lines", "product_name"), ("products", "name"))

NOT_THE_KIND = {
    "phone": "phone numbers", "email": "e-mail addresses", "date": "days", "datetime": "days", "money": "amounts", "unit_price": "amounts",
    "quantity": "numbers", "count": "whole numbers", "scale": "whole numbers", "share": "shares", "bool": "yes or no", "month_day": "days",
    "id": "ids", "text": "text", "calendar": "solar or lunar",
}  # fmt: skip


def _named_candidates(file: FileText, table: str, refused: dict[int, str]) -> list[_Candidate]:
    roles = roles_of(table)
    found: list[_Candidate] = []
    for at, header in enumerate(file.words):
        seen = file.profiles[at]
        if table == "order_lines" and header in NO_ROLE:
            continue
        if header in GIVEN_BACK.plain:
            continue
        for role, words in SYNONYMS[table].items():
            told = _match(words, header)
            if told is None:
                continue
            match, rank, word = told
            if not seen["filled"]:
                refused[at] = "empty"
                continue
            kind = roles[role].kind
            fit = _fit(kind, seen)
            if fit < HALF_FITS:
                why = f"called like {role}, but only {fit:.0%} of its values are {NOT_THE_KIND[kind]}"
                if kind == "id" and seen["scientific"] > HALF_FITS:
                    why = (
                        f"called like {role}, but a spreadsheet has cut its numbers short (6.9E+12): export it as text"
                    )
                refused.setdefault(at, why)
                continue
            steps: tuple[Sureness, ...] = {
                "plain": ("sure", "likely", "unsure"), "part": ("likely", "unsure", "unsure"), "vague": ("unsure",) * 3,
            }[match]  # fmt: skip
            sureness = steps[0 if fit >= FITS else 1 if fit >= NEARLY_FITS else 2]
            reason = {
                "plain": "its name",
                "part": f"its name holds “{word}”",
                "vague": f"“{word}” can be several things",
            }[match]
            if fit < FITS:
                reason += f", but {1 - fit:.1%} of its values are not {NOT_THE_KIND[kind]}"
            base = {"plain": 1.0, "part": 0.6, "vague": 0.4}[match]
            if (table, role) in NAMES_OF_PRODUCTS and seen["code"] >= FITS:
                sureness, reason, base = "unsure", f"“{word}”, but its values are codes", base * 0.3
            found.append(_Candidate(role, at, (base - 0.002 * rank) * fit, match, sureness, reason, rank))
    return found


def _value_candidates(file: FileText, table: str, taken: set[int]) -> list[_Candidate]:
    """Columns whose name says nothing, by what their values cannot but be."""
    roles, found = roles_of(table), []
    for at, seen in enumerate(file.profiles):
        if at in taken or not seen["filled"] or file.words[at] in NO_ROLE or file.words[at] in GIVEN_BACK.plain:
            continue
        if "phone" in roles and seen["mobile"] >= NEARLY_FITS:
            found.append(
                _Candidate(
                    "phone", at, 0.2, "values", "likely", f"{seen['mobile']:.0%} of its values are mobile numbers"
                )
            )
        elif "email" in roles and seen["email"] >= NEARLY_FITS:
            found.append(
                _Candidate(
                    "email", at, 0.2, "values", "likely", f"{seen['email']:.0%} of its values are e-mail addresses"
                )
            )
        elif table == "order_lines" and seen["date"] >= FITS:
            found.append(
                _Candidate(
                    "ordered_at", at, 0.15, "values", "unsure", "its values are days; its name doesn't say which"
                )
            )
    return found  # fmt: skip


def _assigned(candidates: Sequence[_Candidate]) -> dict[str, _Candidate]:
    """Role → its column: the strongest first, a column once, a role once."""
    chosen: dict[str, _Candidate] = {}
    taken: set[int] = set()
    for candidate in sorted(candidates, key=lambda c: (-c.strength, c.at, c.role)):
        if candidate.role not in chosen and candidate.at not in taken:
            chosen[candidate.role] = candidate
            taken.add(candidate.at)
    return chosen


# ---- one table


@dataclass
class _Reading:
    """A file read as one table: its columns' roles, and what that settles or leaves open."""

    file: FileText
    table: str
    chosen: dict[str, _Candidate]
    candidates: list[_Candidate]
    refused: dict[int, str]
    settings: dict[str, Any] = field(default_factory=dict)
    following: dict[str, list[int]] = field(default_factory=dict)
    """Role → columns whose text follows (a time of day)."""
    rules: list[dict[str, Any]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def grain(self) -> str:
        return str(self.settings.get("grain", "line"))

    def missing(self) -> list[str]:
        absent = [
            r for r in required_roles(self.table, grain=self.grain) if r not in self.chosen and r not in self.settings
        ]
        if self.table == "order_lines" and "store_id" not in self.settings and "store_id" not in self.chosen:
            absent.append("store_id")
        if self.table == "order_lines" and not set(PRICES) & set(self.chosen) and "prices" not in self.settings:
            absent.append("net_sales")
        if self.table == "products" and "name" not in self.chosen and len(self.chosen) < 2:
            absent.append("name")
        if self.table == "customers" and not set(CUSTOMER_KEYS) & set(self.chosen):
            absent.append("member_id")
        return absent

    def score(self) -> float:
        """Columns explained, less what is missing (a store can be said once for a file, so it counts little)."""
        lacking = sum(0.2 if role == "store_id" else 1.0 for role in self.missing())
        return sum(candidate.strength for candidate in self.chosen.values()) - lacking

    def sure(self, role: str, sureness: Sureness, reason: str) -> None:
        if role in self.chosen and self.chosen[role].match != "told":
            self.chosen[role] = replace(self.chosen[role], sureness=sureness, reason=reason)

    def at(self, role: str) -> int | None:
        return self.chosen[role].at if role in self.chosen else None


def _read_as(
    file: FileText,
    table: str,
    told: Mapping[str, tuple[int, str]],
    settings: Mapping[str, Any],
    left_out: Sequence[str] = (),
) -> _Reading:
    """The file as this table. `told`: role → (column, reason) that are settled; `settings`: keys that are."""
    refused: dict[int, str] = {}
    roles = roles_of(table)
    settled = {role: (at, why) for role, (at, why) in told.items() if role in roles}
    columns_settled = {at for at, _ in settled.values()}
    candidates = [
        c for c in _named_candidates(file, table, refused) if c.role not in settled and c.at not in columns_settled
    ]
    candidates += _value_candidates(file, table, {c.at for c in candidates} | columns_settled)
    candidates = [candidate for candidate in candidates if candidate.role not in left_out]
    candidates += [_Candidate(role, at, 1.0, "told", "sure", why) for role, (at, why) in settled.items()]
    reading = _Reading(file, table, _assigned(candidates), candidates, refused, dict(settings))
    if table == "order_lines":
        _settle_unnamed_triple(reading)
        _settle_grain(reading)
    return reading


def _settle_grain(reading: _Reading) -> None:
    """A row is a whole order when no product stands on it and every order once."""
    file, order = reading.file, reading.at("order_id")
    if "grain" not in reading.settings and order is not None and "product_id" not in reading.chosen:
        seen = file.profiles[order]
        has_total = set(PRICES) & set(reading.chosen)
        if seen["filled"] >= 2 and seen["distinct"] == seen["filled"] and has_total and "ordered_at" in reading.chosen:
            reading.settings["grain"] = "order"
            reading.notes.append("a row is a whole order: no product stands on it, and every order stands once")
    if reading.grain == "order":
        for role in ("product_name", "quantity", "unit_price", "line_no"):
            reading.chosen.pop(role, None)
        if "net_sales" not in reading.chosen and "order_paid" in reading.chosen:
            paid = reading.chosen.pop("order_paid")
            paid.role = "net_sales"
            reading.chosen["net_sales"] = paid


# ---- what the columns of order lines say about one another


def _check_order_lines(reading: _Reading) -> None:
    _settle_vague_by_dependence(reading)
    _settle_amounts(reading)
    _settle_order_total(reading)
    _check_line_no(reading)
    _check_discount(reading)
    _ask_for_unread_discount(reading)
    _check_order_ids(reading)
    _propose_rules(reading)
    _check_customer_keys(reading)
    for at, header in enumerate(reading.file.words):
        is_open = at not in {candidate.at for candidate in reading.chosen.values()}
        if header in GIVEN_BACK.plain and is_open and reading.file.profiles[at]["filled"]:
            amounts = reading.file.numbers(at, reading.file.rows).drop_nulls()
            if (amounts != 0).any():
                told_by = [role for role in ("refunded", "order_refunded") if role in roles_of("order_lines")]
                as_role = (
                    f": --set {told_by[0]}=HEADER if it is the line's, {told_by[1]} if the order's" if told_by else ""
                )
                reading.questions.append(
                    f"{_quoted(reading.file.header[at])} gives back part of {int((amounts != 0).sum()):,} rows"
                    + (as_role or ", which a mapping cannot subtract: export refunds as rows of their own")
                )


def _quoted(header: str) -> str:
    return f"“{header}”"


def _settle_vague_by_dependence(reading: _Reading) -> None:
    """编号, Name, Code: which column determines which tells what they are."""
    file, sample = reading.file, reading.file.sample
    name, product, order, day = (reading.at(r) for r in ("product_name", "product_id", "order_id", "ordered_at"))
    if product is not None and name is not None:
        share, groups = share_constant_within(sample[str(product)], sample[str(name)])
        same_way = share >= FITS and groups >= 2
        for role in ("product_id", "product_name"):
            if same_way and reading.chosen[role].match == "vague":
                other = reading.chosen["product_name" if role == "product_id" else "product_id"]
                sureness: Sureness = "sure" if other.match == "plain" else "likely"
                reading.sure(role, sureness, f"each of {groups:,} products has one name throughout")
        if groups >= 3 and share < HALF_FITS and reading.chosen["product_name"].match in ("vague", "part"):
            reading.refused[name] = f"not the product's name: only {share:.0%} of the products have one throughout"
            del reading.chosen["product_name"]
    if product is not None and reading.chosen["product_id"].match == "vague" and "product_name" not in reading.chosen:
        if file.profiles[product]["code"] >= FITS and file.words[product] in ORDER_LINES["product_name"].plain:
            reading.sure("product_id", "likely", "named like a product, and its values are codes")
    if order is not None and day is not None and reading.chosen["order_id"].match == "vague" and order != day:
        share, groups = share_constant_within(sample[str(order)], sample[str(day)])
        if groups >= 2 and share >= FITS:
            reading.sure("order_id", "likely", f"each of {groups:,} values with several rows has one time")
    if day is not None and reading.chosen["ordered_at"].match == "vague" and file.profiles[day]["date"] >= FITS:
        rivals = [
            at
            for at, seen in enumerate(file.profiles)
            if at != day and seen["date"] >= FITS and file.words[at] not in NO_ROLE and seen["filled"]
        ]
        same = [at for at in rivals if sample[str(at)].equals(sample[str(day)])]
        if not rivals:
            reading.sure("ordered_at", "sure", "its name, and the only days in the file")
        elif len(same) == len(rivals):
            reading.sure("ordered_at", "sure", f"its name; {_quoted(file.header[same[0]])} says the same")
        else:
            others = ", ".join(_quoted(file.header[at]) for at in rivals if at not in same)
            reading.sure("ordered_at", "unsure", f"{others} holds other days: which one is the purchase?")
    elif day is not None and reading.chosen["ordered_at"].match == "values":
        dated = [at for at, seen in enumerate(file.profiles) if seen["date"] >= FITS and seen["filled"]]
        if dated == [day]:
            reading.sure("ordered_at", "likely", "the only days in the file")


def _settle_amounts(reading: _Reading) -> None:
    """Quantity × unit price = amount, row by row, tells the three apart whatever they are called."""
    file = reading.file
    known = {role: reading.at(role) for role in ("quantity", "unit_price", "net_sales")}
    quantity, price, amount = (known[role] for role in ("quantity", "unit_price", "net_sales"))
    if quantity is not None and amount is not None and price is not None:
        share, rows = share_that_multiplies(file.numbers(quantity), file.numbers(price), file.numbers(amount))
        if rows and share >= NEARLY_FITS:
            why = f"quantity × unit price is it in {share:.0%} of the rows"
            for role in ("quantity", "unit_price", "net_sales"):
                if reading.chosen[role].match == "vague":
                    reading.sure(role, "sure" if share >= FITS else "likely", why)
        elif rows and reading.chosen["net_sales"].match == "vague":
            less = _after_discount(reading, quantity, price, amount)
            if less >= NEARLY_FITS:
                reading.sure(
                    "net_sales",
                    "sure" if less >= FITS else "likely",
                    f"quantity × price − discount is it in {less:.0%} of the rows",
                )
    others = [
        at
        for at in file.number_columns
        if at not in (c.at for c in reading.chosen.values()) and file.words[at] not in NO_ROLE
    ]
    if (
        amount is not None
        and reading.chosen["net_sales"].match == "vague"
        and reading.chosen["net_sales"].sureness == "unsure"
    ):
        if not others and (price is None or reading.grain == "order"):
            reading.sure("net_sales", "likely", "the only amounts in the file")
    if (
        quantity is not None
        and reading.chosen["quantity"].match == "vague"
        and reading.chosen["quantity"].sureness == "unsure"
    ):
        if file.profiles[quantity]["whole"] >= FITS and not others:
            reading.sure("quantity", "likely", "small whole numbers, and the only ones")
    if price is not None and reading.chosen["unit_price"].match == "vague" and "net_sales" in reading.chosen:
        if reading.chosen["unit_price"].sureness == "unsure":
            reading.chosen.pop("unit_price")
            reading.refused[price] = "may be a price; not needed, since the amount is known"


def _after_discount(reading: _Reading, quantity: int, price: int, amount: int) -> float:
    discount = reading.at("discount")
    if discount is None:
        return 0.0
    file = reading.file
    frame = pl.DataFrame({
        "q": file.numbers(quantity).abs(), "p": file.numbers(price), "a": file.numbers(amount).abs(),
        "d": file.numbers(discount).abs().fill_null(0),
    }).drop_nulls()  # fmt: skip
    return float(
        frame.select(((pl.col("q") * pl.col("p") - pl.col("d") - pl.col("a")).abs() <= 0.006).mean()).item() or 0.0
    )


def _settle_unnamed_triple(reading: _Reading) -> None:
    """Three number columns of which nobody says what they are, if two always multiply to the third."""
    file = reading.file
    if "order_id" not in reading.chosen or {"quantity", "unit_price", "net_sales"} <= set(reading.chosen):
        return
    holders = {c.at: role for role, c in reading.chosen.items()}
    open_roles = ("quantity", "unit_price", "net_sales")
    free = [
        at for at in file.number_columns
        if file.words[at] not in NO_ROLE and (at not in holders or holders[at] in open_roles)
    ][:8]  # fmt: skip
    series = {at: file.numbers(at) for at in free}
    fitting: list[tuple[int, int, int]] = []
    for quantity in free:
        whole = file.profiles[quantity]["whole"] >= FITS and series[quantity].n_unique() >= 2
        if not whole or holders.get(quantity, "quantity") != "quantity":
            continue
        for price in free:
            for amount in free:
                if len({quantity, price, amount}) < 3 or holders.get(price, "unit_price") != "unit_price":
                    continue
                if holders.get(amount, "net_sales") != "net_sales":
                    continue
                share, rows = share_that_multiplies(series[quantity], series[price], series[amount])
                if rows >= 10 and share >= FITS and series[price].n_unique() >= 3:
                    fitting.append((quantity, price, amount))
    if len(fitting) == 1 or (len(fitting) == 2 and len({f[2] for f in fitting}) == 1):
        quantity, price, amount = fitting[0]
        is_told_apart = len(fitting) == 1
        why = "quantity × unit price = amount, row by row"
        for role, at in (("quantity", quantity), ("unit_price", price), ("net_sales", amount)):
            if role not in reading.chosen:
                reading.chosen[role] = _Candidate(role, at, 0.3, "values", "likely" if is_told_apart else "unsure", why)
                reading.refused.pop(at, None)


def _settle_order_total(reading: _Reading) -> None:
    """An amount that is the same on all lines of each order is the order's total: taking it as the line's multiplies sales."""
    amount, order = reading.at("net_sales"), reading.at("order_id")
    if reading.grain == "order" or amount is None or order is None:
        return
    file = reading.file
    constant, groups = share_constant_within(file.sample[str(order)], file.sample[str(amount)])
    if groups < 3 or constant < NEARLY_FITS:
        return
    quantity, price = reading.at("quantity"), reading.at("unit_price")
    if quantity is not None and price is not None:
        share, rows = share_that_multiplies(file.numbers(quantity), file.numbers(price), file.numbers(amount))
        if rows and share >= NEARLY_FITS:
            return
        total = reading.chosen.pop("net_sales")
        told = "values" if total.match == "values" else "plain"
        reading.chosen["order_paid"] = _Candidate(
            "order_paid", amount, total.strength, told, "likely",
            f"the same on all lines in {constant:.0%} of {groups:,} orders: the order's total, shared out over its lines",
        )  # fmt: skip
        return
    reading.sure(
        "net_sales", "unsure", f"the same on all lines in {constant:.0%} of {groups:,} orders: the order's total?"
    )


def _check_line_no(reading: _Reading) -> None:
    """A line number counts only when it counts within its order; one over the whole file changes with each export."""
    line, order = reading.at("line_no"), reading.at("order_id")
    if line is None or order is None:
        return
    frame = reading.file.sample.select(
        order=str(order), line=pl.col(str(line)).cast(pl.Int64, strict=False)
    ).drop_nulls()
    groups = frame.group_by("order").agg(first=pl.col("line").min(), rows=pl.len(), lines=pl.col("line").n_unique())
    starts = groups.select((pl.col("first").is_in([0, 1]) & (pl.col("rows") == pl.col("lines"))).mean()).item() or 0.0
    if starts < FITS:
        reading.refused[line] = f"no line number: it starts at 1 and counts on in only {starts:.0%} of the orders"
        del reading.chosen["line_no"]
    else:
        reading.sure("line_no", "sure", "counts from 1 within each order")


def _check_discount(reading: _Reading) -> None:
    at = reading.at("discount")
    if at is None:
        return
    signed = reading.file.numbers(at, reading.file.rows).drop_nulls()
    values = signed.abs()
    is_rate = reading.file.profiles[at]["share"] >= FITS and not (values == 0).all()
    if is_rate or reading.chosen["discount"].match == "vague":
        del reading.chosen["discount"]
        reading.refused[at] = "a rate, not an amount" if is_rate else "a rate or an amount: it doesn't say"
    elif not {"net_sales", "order_paid"} & set(reading.chosen) and (signed < 0).sum() > (signed > 0).sum():
        del reading.chosen["discount"]
        reading.questions.append(
            f"{_quoted(reading.file.header[at])} is written with a minus, which would raise what was paid: export the amount paid"
        )


def _ask_for_unread_discount(reading: _Reading) -> None:
    """Quantity × price is not what was paid when a discount stands beside it that cannot be read."""
    if {"net_sales", "order_paid", "discount"} & set(reading.chosen) or "unit_price" not in reading.chosen:
        return
    reading.notes.append("no column holds the amount paid: it is taken as quantity × unit price")
    used = {candidate.at for candidate in reading.chosen.values()}
    for at, header in enumerate(reading.file.words):
        is_discount = _match(ORDER_LINES["discount"], header) or "rate, not an amount" in NO_ROLE.get(header, "")
        is_asked = any(_quoted(reading.file.header[at]) in question for question in reading.questions)
        if at not in used and is_discount and not is_asked and reading.file.rows[str(at)].str.contains("[1-9]").any():
            reading.questions.append(
                f"{_quoted(reading.file.header[at])} lowers what was paid, but is no amount, and no column holds the amount paid: "
                "export that one too"
            )


def _check_order_ids(reading: _Reading) -> None:
    """Bill numbers that begin again every day name several orders: the day has to stand before them."""
    order, day = reading.at("order_id"), reading.at("ordered_at")
    if order is None or day is None:
        return
    if reading.file.profiles[order]["distinct"] == 1 and reading.file.rows.height > 2:
        reading.sure("order_id", "unsure", "the same on every row")
        return
    rows = reading.file.rows
    some = rows[str(order)].unique(maintain_order=True).head(SAMPLE_ROWS // 4)
    lines = rows.filter(pl.col(str(order)).is_in(some.implode())).select(
        order=str(order), day=pl.col(str(day)).str.strip_chars(BLANKS).str.splitn(" ", 2).struct.field("field_0")
    )
    orders = (
        lines.filter(pl.col("order").str.strip_chars(BLANKS) != "").group_by("order").agg(days=pl.col("day").n_unique())
    )
    again = orders.filter(pl.col("days") > 1).height
    if orders.height >= 3 and again / orders.height > 0.2:
        header = reading.file.header[order]
        if reading.file.profiles[day]["with_clock"] < 0.01:
            reading.following["order_id"] = [day]
            reading.sure(
                "order_id",
                "likely",
                f"begins again: {again:,} of {orders.height:,} numbers stand on several days, so the day follows",
            )
        else:
            reading.questions.append(
                f"{_quoted(header)} begins again: {again:,} of {orders.height:,} numbers stand on several days, so a number alone "
                "names no order; export an id that is used once, or a column with the day alone"
            )  # fmt: skip
            reading.sure("order_id", "unsure", f"{again:,} of {orders.height:,} numbers stand on several days")


def _propose_rules(reading: _Reading) -> None:
    """What rows mean: words of the status and type columns, and signs."""
    file = reading.file
    if "rules" in reading.settings:
        return
    for role in ("status", "line_type"):
        at = reading.at(role)
        if at is None:
            continue
        if file.profiles[at]["distinct"] > WORDS_SHOWN:
            reading.refused[at] = f"{file.profiles[at]['distinct']:,} different values: no status"
            del reading.chosen[role]
            continue
        words = file.words_of(at)
        kinds = {word: _kind_of_word(word) for word in words}
        if reading.chosen[role].match == "vague" and not any(kinds.values()):
            reading.refused[at] = "its words say nothing of sales or refunds"
            del reading.chosen[role]
            continue
        if reading.chosen[role].match == "vague" and all(kinds.values()):
            reading.sure(role, "likely", "its words are kinds of rows")
        for kind in KIND_WORDS:
            if meant := [word for word, its in kinds.items() if its == kind]:
                reading.rules.append({"kind": kind, "column": file.header[at], "is": meant})
        told = " · ".join(f"{word} {rows:,} → {kinds[word] or '?'}" for word, rows in words.items())
        reading.notes.append(f"{file.header[at]}: {told}")
        if unknown := [word for word in words if kinds[word] is None]:
            named_words = ", ".join(_quoted(word) for word in unknown)
            reading.questions.append(
                f"{named_words} in {_quoted(file.header[at])}: a sale, or what? answer each: --set {unknown[0]}=sale "
                f"(or {', '.join(KIND_WORDS)})"
            )  # fmt: skip
    for role in ("refund_of",):
        if role in reading.chosen and reading.chosen[role].sureness != "unsure":
            reading.rules.append({"kind": "refund", "column": file.header[reading.chosen[role].at], "not_empty": True})
    for role in ("quantity", "net_sales", "unit_price"):
        at = reading.at(role)
        if at is None:
            continue
        values = file.numbers(at, file.rows.filter(pl.col(str(at)).str.contains(r"[-(]")))
        below = int((values < 0).sum())
        if below:
            reading.rules.append({"kind": "refund", "column": file.header[at], "at_most": -0.001})
            reading.notes.append(f"{below:,} rows have {file.header[at]} below 0: refunds")
            break


def _add_sale_rule(reading: _Reading) -> None:
    """The last rule: what a sale is called, so that a word which a later file brings is not counted as one unasked."""
    for role in ("status", "line_type"):
        at = reading.at(role)
        if (
            at is None
            or not reading.file.profiles[at]["filled"]
            or reading.file.profiles[at]["filled"] < reading.file.rows.height
        ):
            continue
        ruled = {
            word for rule in reading.rules if rule["column"] == reading.file.header[at] for word in rule.get("is", ())
        }
        if meant := [word for word in reading.file.words_of(at) if word not in ruled]:
            reading.rules.append({"kind": "sale", "column": reading.file.header[at], "is": meant})
        return


def _kind_of_word(word: str) -> str | None:
    told = word.casefold().strip()
    if told in SALE_WORDS:
        return "sale"
    return next((kind for kind, words in KIND_WORDS.items() if told in words), None)


# ---- what the columns of the other tables say


KEY_OF = {"customers": "member_id", "products": "product_id", "stores": "store_id", "associates": "associate_id"}
"""Table → the role that names each of its rows."""


def _check_register(reading: _Reading) -> None:
    """A register (products, customers, stores, associates) has each key once."""
    file, role = reading.file, KEY_OF.get(reading.table)
    days = [at for at, seen in enumerate(file.profiles) if seen["date"] >= FITS and seen["filled"]]
    for day_role, candidate in list(reading.chosen.items()):
        if candidate.match == "vague" and days == [candidate.at]:
            reading.sure(day_role, "likely", "its name, and the only days in the file")
    if reading.table == "customers" and "name" in reading.chosen and reading.chosen["name"].match == "vague":
        seen = file.profiles[reading.chosen["name"].at]
        share = max(seen["person_zh"], seen["person_latin"])
        if share >= HALF_FITS:
            reading.sure("name", "likely", f"{share:.0%} of its values look like names of people")
    elif "name" in reading.chosen and reading.chosen["name"].match == "vague":
        reading.sure("name", "likely", "its name, in a file of this kind")
    if role is None or role not in reading.chosen:
        return
    seen = file.profiles[reading.chosen[role].at]
    share = seen["distinct"] / max(seen["filled"], 1)
    if reading.chosen[role].match in ("vague", "part") and share >= FITS and seen["filled"] >= 2:
        reading.sure(role, "likely", f"each of its {seen['filled']:,} values stands once")
    elif share < NEARLY_FITS:
        reading.sure(
            role, "unsure", f"it should name each row, but has {seen['distinct']:,} values in {seen['filled']:,} rows"
        )


# ---- how the file is written


def _check_customer_keys(reading: _Reading) -> None:
    """A key that is no key would make one customer of many: names, yes or no, masked cards, the till's walk-in number."""
    file = reading.file
    for role in CUSTOMER_KEYS:
        at = reading.at(role)
        if at is None or reading.chosen[role].match == "told":
            continue
        seen = file.profiles[at]
        why = ""
        if (
            role in ("member_id", "account")
            and max(seen["person_zh"], seen["person_latin"]) >= HALF_FITS > seen["code"]
        ):
            why = "its values look like names, which many people share"
        elif role == "member_id" and seen["masked"] >= HALF_FITS:
            why = "its values are masked"
        elif seen["yes_no"] >= NEARLY_FITS or (
            seen["distinct"] <= FEW_KEYS and seen["filled"] >= 20 * seen["distinct"]
        ):
            why = f"only {seen['distinct']:,} different values in {seen['filled']:,} rows: no key of a person"
        if why:
            reading.sure(role, "unsure", why)
            continue
        rows = _rows_of_commonest(file.rows[str(at)])
        if rows >= 20 and rows >= 0.2 * seen["filled"] and seen["distinct"] >= 3:
            reading.notes.append(
                f"{_quoted(file.header[at])}: one value stands on {rows:,} of {seen['filled']:,} rows; if it is the till's "
                "for strangers, they will pass for one customer"
            )


def _rows_of_commonest(cells: pl.Series) -> int:
    counted = cells.filter(cells != "").value_counts(sort=True, name="rows")
    return int(counted["rows"][0]) if counted.height else 0


def _settle_days(reading: _Reading) -> None:
    """date_order of the whole file from its date columns, and the time of day that stands in a column of its own."""
    file, roles = reading.file, roles_of(reading.table)
    orders: dict[str, list[str]] = {}
    proven = False
    for role, candidate in reading.chosen.items():
        if roles[role].kind not in ("date", "datetime", "month_day") or file.profiles[candidate.at]["date"] < HALF_FITS:
            continue
        told = file.dates(candidate.at)
        header = _quoted(file.header[candidate.at])
        if len(told.formats) > 1 or (told.other and told.formats):
            shapes = " · ".join(f"{form.shape} {form.cells:,} (line {form.line})" for form in told.formats)
            reading.notes.append(
                f"{header} mixes ways of writing days: {shapes}{f' · other {told.other:,}' if told.other else ''}"
            )
        if told.order is None:
            if told.why.startswith("mixed"):
                reading.questions.append(f"{header} cannot be read: {told.why}; export it with the year first")
            elif "date_order" not in reading.settings:
                orders.setdefault("?", []).append(f"{header}: {told.why}")
        elif told.order != "ymd":
            orders.setdefault(told.order, []).append(f"{header}: {told.why}")
            proven = proven or told.is_proven
    if "date_order" not in reading.settings:
        decided = [order for order in orders if order != "?"]
        if len(decided) == 1:
            reading.settings["date_order"] = decided[0]
            word = "day first" if decided[0] == "dmy" else "month first"
            reading.notes.append(f"days are read {word}{'' if proven else ' (likely)'}: {orders[decided[0]][0]}")
        elif len(decided) == 2:
            told_both = "; ".join(f"{order}: {orders[order][0]}" for order in decided)
            reading.questions.append(f"days are written both ways ({told_both}): export them with the year first")
        elif "?" in orders:
            reading.questions.append(f"{orders['?'][0]}; say which: --set date_order=dmy (or mdy)")
    at = reading.at("ordered_at")
    if at is not None and file.profiles[at]["with_clock"] < HALF_FITS:
        clocks = [
            position
            for position, seen in enumerate(file.profiles)
            if seen["clock"] >= FITS and seen["filled"] and _match(TIME_OF_DAY, file.words[position])
        ]
        if len(clocks) == 1:
            reading.following["ordered_at"] = clocks
    if reading.table == "customers" and "name" not in reading.chosen:
        first, last = ([p for p, w in enumerate(file.words) if w in words.plain] for words in (FIRST_NAME, LAST_NAME))
        if len(first) == 1 and len(last) == 1:
            zh = file.profiles[last[0]]["person_latin"] < HALF_FITS and not file.words[last[0]].isascii()
            order = (last, first) if zh else (first, last)
            reading.chosen["name"] = _Candidate(
                "name", order[0][0], 0.8, "plain", "sure", "first and last name, together"
            )
            reading.following["name"] = order[1]


def _settle_decimals(reading: _Reading) -> None:
    roles = roles_of(reading.table)
    money = [c.at for role, c in reading.chosen.items() if roles[role].kind in NUMBER_KINDS]
    if not money or "decimal_comma" in reading.settings:
        return
    told = reading.file.decimals_of(money)
    if told.point_cells and told.comma_cells:
        reading.questions.append(
            f"amounts are written both ways: {told.point_cells:,} cells like 12.50 (line {told.point_line}), {told.comma_cells:,} like "
            f"12,50 (line {told.comma_line}); export them one way"
        )  # fmt: skip
    elif told.is_comma:
        reading.settings["decimal_comma"] = True
        reading.notes.append(
            f"amounts are written 1.234,50: {told.comma_cells:,} cells show it (line {told.comma_line})"
        )
    elif told.is_comma is None:
        doubtful = reading.file.rows.select(
            pl.any_horizontal(pl.col([str(at) for at in money]).str.contains(r"\d[.,]\d{3}(\D|$)").any())
        ).item()
        if doubtful:
            reading.questions.append(
                "amounts like 1,234 or 1.234 can be thousands or decimals, and no cell tells: --set decimal_comma=false (1,234.50) or true (1.234,50)"
            )


# ---- the proposal


def propose(
    file: FileText,
    *,
    taken_names: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
    found: Mapping[str, tuple[int, str]] | None = None,
    table: str | None = None,
    settings: Mapping[str, Any] | None = None,
    from_head: bool = False,
    notes: Sequence[str] = (),
) -> Proposal:
    """The file as the table it most likely is.

    `answers` are the user's (`--set`): roles → header, settings → value, words of a status → kind. `found`, `table` and
    `settings` are what other files of the same inspection settled (side tables). `from_head`: the order's date, store and
    customer stand in a file of heads. UsageError for an answer that names nothing.
    """
    answers = dict(answers or {})
    is_told = "table" in answers
    table = answers.pop("table", table)
    if table is not None and table not in INPUT_TABLES:
        raise UsageError(f"--set table={table}: not one of {', '.join(INPUT_TABLES)}")
    name = answers.pop("name", None) or source_name(file.file, taken_names)
    left_out = [role for role, value in answers.items() if value == LEFT_OUT]
    told, fixed, words = _answers(file, table, {key: value for key, value in answers.items() if value != LEFT_OUT})
    told = {**(found or {}), **told}
    fixed = {**(settings or {}), **fixed}
    readings = [_read_as(file, t, told, fixed, left_out) for t in ([table] if table else INPUT_TABLES)]
    ranked = sorted(readings, key=lambda reading: -reading.score())
    reading = ranked[0]
    sureness, why = _table_sureness(ranked, told_by_user=is_told)
    if not any(c.match != "values" for c in reading.chosen.values()) and table is None:
        return _unknown(file, name, why)
    (_check_order_lines if reading.table == "order_lines" else _check_register)(reading)
    _with_words(reading, words)
    if reading.table == "order_lines" and "rules" not in reading.settings:
        _add_sale_rule(reading)
    _settle_days(reading)
    _settle_decimals(reading)
    _ask_for_what_is_open(reading, sureness, why, from_head, ranked)
    return _made(reading, name, sureness, why, [*notes, *reading.notes])


def _answers(file: FileText, table: str | None, answers: Mapping[str, str]) -> tuple[dict, dict, dict]:
    """The user's answers as (role → column, settings, word → kind)."""
    told: dict[str, tuple[int, str]] = {}
    fixed: dict[str, Any] = {}
    words: dict[str, str] = {}
    all_roles = {role for t in ([table] if table else INPUT_TABLES) for role in roles_of(t)}
    headers = {normalised_header(text): at for at, text in reversed(list(enumerate(file.header)))}
    for key, value in answers.items():
        if key in READING_KEYS or key in ("currency", "exact_duplicates"):
            fixed[key] = {"true": True, "false": False}.get(value, value)
        elif key in all_roles:
            at = headers.get(normalised_header(value))
            if at is not None:
                told[key] = (at, "as you said")
            elif key in ("store_id", "channel"):
                fixed[key] = value
            else:
                raise UsageError(
                    f"--set {key}={value}: no such column in {file.file}; columns are {', '.join(file.header)}"
                )
        elif value == "sale" or value in KIND_WORDS:
            words[key] = value
        else:
            raise UsageError(f"--set {key}={value}: {key} is neither a role nor a setting of a source")
    return told, fixed, words


def _with_words(reading: _Reading, words: Mapping[str, str]) -> None:
    """The user's word on words: rules for them, and the question about them answered."""
    for word, kind in words.items():
        for role in ("status", "line_type"):
            at = reading.at(role)
            if at is not None and word in reading.file.words_of(at):
                if kind != "sale":
                    reading.rules.insert(0, {"kind": kind, "column": reading.file.header[at], "is": [word]})
                reading.questions = [
                    _without_word(question, word) if f"in {_quoted(reading.file.header[at])}: a sale, or what?" in question else question
                    for question in reading.questions
                ]  # fmt: skip
    reading.questions = [question for question in reading.questions if question]


def _without_word(question: str, word: str) -> str:
    listed, _, rest = question.partition(" in “")
    left = [item for item in listed.split(", ") if item != _quoted(word)]
    if not left:
        return ""
    rest = re.sub(r"--set \S+=sale", f"--set {left[0].strip('“”')}=sale", rest)
    return f"{', '.join(left)} in “{rest}"


def _table_sureness(ranked: Sequence[_Reading], *, told_by_user: bool) -> tuple[Sureness, str]:
    best = ranked[0]
    roles = [role for role, c in sorted(best.chosen.items(), key=lambda item: -item[1].strength) if c.match != "values"]
    holds = f"it holds {', '.join(roles[:4])}" if roles else "no column says what it is"
    if told_by_user:
        return "sure", "as you said" if len(ranked) == 1 else holds
    if len(ranked) == 1:
        return "sure", "shown by the other files"
    margin = best.score() - ranked[1].score()
    if margin >= TABLE_MARGIN and best.score() > 0:
        return "sure", holds
    if margin >= TABLE_MARGIN / 4 and best.score() > 0:
        return "likely", f"{holds}; {ranked[1].table} would explain less"
    return "unsure", f"{holds}, but it may be {ranked[1].table} as well"


def _ask_for_what_is_open(
    reading: _Reading, sureness: Sureness, why: str, from_head: bool, ranked: Sequence[_Reading]
) -> None:
    questions = []
    if sureness == "unsure":
        likely = [r.table for r in ranked[:3]]
        questions.append(f"which table is it? {why}: --set table={likely[0]} (or {', '.join(likely[1:])})")
    needed = set(required_roles(reading.table, grain=reading.grain)) | {
        "net_sales",
        "order_paid",
        "store_id",
        KEY_OF.get(reading.table, ""),
    }
    for role in reading.missing():
        if from_head and role in ("ordered_at", "store_id", "net_sales"):
            continue
        questions.append(_question_for(role, reading))
    for role, candidate in reading.chosen.items():
        if candidate.sureness == "unsure" and role in needed:
            header = reading.file.header[candidate.at]
            questions.append(f"{role}: is it {_quoted(header)}? {candidate.reason}: --set {role}={_shell(header)}")
    reading.questions = [*questions, *reading.questions]


def _shell(text: str) -> str:
    return text if re.fullmatch(r"[\w.-]+", text) else f'"{text}"'


def _question_for(role: str, reading: _Reading) -> str:
    zh = roles_of(reading.table)[role].zh
    free = [
        reading.file.header[at]
        for at in range(len(reading.file.header))
        if at not in {c.at for c in reading.chosen.values()}
    ]
    for at, why in reading.refused.items():
        if why.startswith(f"called like {role},"):
            return f"{role} ({zh}): {_quoted(reading.file.header[at])} is {why}"
    one_of = f" (columns left: {', '.join(free[:8])})" if free else ""
    if role == "store_id":
        return "no column names the store: --set store_id=S01 if all of it is one store's, or --set store_id=HEADER"
    if role == "ordered_at":
        return f"no column says when ({zh}): --set ordered_at=HEADER{one_of}; if it stands in a file of the orders' heads, inspect both together"
    if role == "net_sales":
        return f"no column holds an amount or a price: --set net_sales=HEADER{one_of}; if prices stand in a product file, inspect both together"
    return f"no column for {role} ({zh}): --set {role}=HEADER{one_of}"


def _made(reading: _Reading, name: str, sureness: Sureness, why: str, notes: Sequence[str]) -> Proposal:
    file = reading.file
    roles = roles_of(reading.table)
    at_column = {candidate.at: candidate for candidate in reading.chosen.values()}
    follows = {at: role for role, positions in reading.following.items() for at in positions if at not in at_column}
    columns = []
    mapped: dict[str, Any] = {}
    for at, header in enumerate(file.header):
        candidate = at_column.get(at)
        role = candidate.role if candidate else None
        seen = _seen(file, at, role)
        if candidate:
            columns.append(ColumnProposal(header, role, candidate.sureness, candidate.reason, seen))
        elif at in follows:
            columns.append(ColumnProposal(header, follows[at], "sure", "follows, in the same value", seen))
        else:
            reason = NO_ROLE.get(file.words[at], "") if reading.table == "order_lines" else ""
            reason = (
                reason
                or reading.refused.get(at, "")
                or ("empty" if not file.profiles[at]["filled"] else _left_over(reading, at))
            )
            columns.append(ColumnProposal(header, None, None, reason, seen))
    needed = set(required_roles(reading.table, grain=reading.grain)) | {
        *PRICES,
        "store_id",
        KEY_OF.get(reading.table, ""),
    }
    for role in roles:
        if role in reading.chosen and (reading.chosen[role].sureness != "unsure" or role in needed):
            header = file.header[reading.chosen[role].at]
            following = [file.header[at] for at in reading.following.get(role, ())]
            is_number_id = roles[role].kind == "id" and _ends_in_point_zero(file, reading.chosen[role].at)
            cut = {"and": following} if following else {}
            if is_number_id:
                cut["strip_suffix"] = ".0"  # type: ignore[assignment]
            mapped[role] = {"header": header, **cut} if cut else header
    told: dict[str, Any] = {"table": reading.table}
    told |= {key: value for key, value in reading.settings.items() if key not in ("rules",)}
    if reading.rules:
        told["rules"] = [rule for rule in reading.rules if _rule_column(rule, mapped)]
    told["columns"] = mapped
    return Proposal(
        file.file, name, reading.table, sureness, why, tuple(columns), told, tuple(reading.questions), tuple(notes)
    )


def _rule_column(rule: Mapping[str, Any], mapped: Mapping[str, Any]) -> bool:
    headers = [value["header"] if isinstance(value, dict) else value for value in mapped.values()]
    return rule["column"] in headers


def _ends_in_point_zero(file: FileText, at: int) -> bool:
    cells = file.sample[str(at)]
    filled = cells.filter(cells != "")
    return bool(len(filled)) and bool(filled.str.contains(r"^\d+\.0$").mean() >= FITS)  # type: ignore[operator]


def _left_over(reading: _Reading, at: int) -> str:
    rivals = [c for c in reading.candidates if c.at == at and c.role in reading.chosen]
    if rivals:
        best = max(rivals, key=lambda c: c.strength)
        return (
            f"could be {best.role} too; {_quoted(reading.file.header[reading.chosen[best.role].at])} is the better one"
        )
    return ""


def _seen(file: FileText, at: int, role: str | None) -> str:
    """What a column's values look like, in a few words; nothing of a person but a masked form."""
    seen = file.profiles[at]
    if not seen["filled"]:
        return "empty"
    if seen["date"] >= HALF_FITS and role not in ("order_id", "product_id"):
        told = file.dates(at)
        shape = told.formats[0].shape if told.formats else "days"
        return f"{shape}{' hh:mm' if seen['with_clock'] >= HALF_FITS else ''}{f' +{len(told.formats) - 1} more' if len(told.formats) > 1 else ''}"
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
        return f"{values.min():,g} … {values.max():,g}" if len(values) else "numbers"
    return f"{masked(first)}  {seen['distinct']:,} different"


def roles_kind(role: str) -> str:
    return next((roles_of(table)[role].kind for table in INPUT_TABLES if role in roles_of(table)), "text")


def _unknown(file: FileText, name: str, why: str) -> Proposal:
    columns = tuple(
        ColumnProposal(header, None, None, "", _seen(file, at, None)) for at, header in enumerate(file.header)
    )
    question = "no column says what the file is: --set table=… and a role for each column, e.g. --set order_id=HEADER"
    return Proposal(file.file, name, None, "unsure", why, columns, {"columns": {}}, (question,), ())


def source_name(file_name: str, taken: Sequence[str]) -> str:
    """A name for the source from the file's: without its days, counters and extension, and not one of `taken`."""
    stem = PurePath(file_name).name.split(".")[0].casefold()
    stem = re.sub(r"\(\d+\)|（\d+）|copy|副本", " ", stem)
    stem = re.sub(r"(19|20)\d{2}[-_. 年]?(\d{1,2})?[-_. 月]?(\d{1,2})?日?", " ", stem)
    stem = re.sub(r"[\W_]+", "_", re.sub(r"(?<![a-z\d])\d+(?![a-z\d])", " ", stem)).strip("_") or "my_till"
    name, step = stem, 1
    while name in taken:
        step += 1
        name = f"{stem}_{step}"
    return name


# ---- several files


SIDE_TABLES = {"product_id": "products", "store_id": "stores", "associate_id": "associates", "member_id": "customers"}
"""Role of an order line → the register whose key it is."""
SHARED = 0.8
"""Share of a column's values that must stand in the other file."""


@dataclass(frozen=True)
class Link:
    """Values of one file's column that stand in another's: the second is the first one's side table."""

    file: str
    header: str
    role: str
    side_file: str
    side_header: str
    share: float
    values: int

    @property
    def words(self) -> str:
        return f"{self.share:.0%} of the {self.values:,} values of {_quoted(self.header)} stand in {self.side_file} under {_quoted(self.side_header)}"


def propose_together(
    files: Sequence[FileText],
    known: Mapping[str, tuple[str, Mapping[str, int]]],
    *,
    taken_names: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
) -> tuple[dict[str, Proposal], list[Link]]:
    """(file → proposal, links) of the files that no format knows; `known`: recognised file → (table, role → column).

    Values that two files share tell which is the side table of which: the product file, the heads of the orders.
    """
    names = list(taken_names)
    proposals: dict[str, Proposal] = {}
    for file in files:
        if file.file not in known:
            proposals[file.file] = propose(file, taken_names=names, answers=answers)
            names.append(proposals[file.file].name)
    by_name = {file.file: file for file in files}
    places = {
        name: (told.table, {role: by_name[name].header.index(h) for role, h in told.roles.items()})
        for name, told in proposals.items()
    }
    places |= {name: (table, dict(roles)) for name, (table, roles) in known.items()}
    links: list[Link] = []
    hints: dict[str, dict[str, Any]] = {name: {"found": {}, "settings": {}, "notes": []} for name in proposals}
    for name, (table, roles) in places.items():
        if table != "order_lines":
            continue
        for other in by_name:
            if other != name:
                _link(by_name[name], roles, by_name[other], places[other], links, hints)
    for name, hint in hints.items():
        if any((hint["found"], hint["settings"], hint["notes"], hint.get("table"))):
            before = proposals[name]
            proposals[name] = propose(
                by_name[name], taken_names=(), answers={**(answers or {}), "name": before.name}, found=hint["found"],
                table=hint.get("table", before.table), settings=hint["settings"], from_head=bool(hint.get("from_head")),
                notes=hint["notes"],
            )  # fmt: skip
    return proposals, links


def _link(
    lines: FileText, roles: Mapping[str, int], side: FileText, place: tuple[str | None, Mapping[str, int]],
    links: list[Link], hints: dict[str, dict[str, Any]],
) -> None:  # fmt: skip
    """Looks for the keys of `lines` in `side`; writes what it finds into `links` and `hints`."""
    side_table, side_roles = place
    keys = [
        at
        for at, seen in enumerate(side.profiles)
        if seen["filled"] >= 2 and seen["distinct"] >= FITS * seen["filled"] and seen["date"] < HALF_FITS
    ]
    if side_table == "order_lines":
        order, head = roles.get("order_id"), side_roles.get("order_id")
        if order is None or head is None or head not in keys or "ordered_at" in roles or "ordered_at" not in side_roles:
            return
        share, values = share_found(lines.rows[str(order)], side.rows[str(head)])
        if share < SHARED:
            return
        links.append(Link(lines.file, lines.header[order], "order_id", side.file, side.header[head], share, values))
        for name, told in ((lines.file, f"items of orders: {links[-1].words}; date, customer and store come from the head"),
                           (side.file, f"heads of orders: {links[-1].words.replace(side.file, 'this file')}; items are in {lines.file}")):  # fmt: skip
            if name in hints:
                hints[name]["notes"].append(told)
                hints[name]["table"] = "order_lines"
        if lines.file in hints:
            hints[lines.file]["from_head"] = True
            hints[lines.file]["found"]["order_id"] = (order, links[-1].words)
        if side.file in hints:
            hints[side.file]["settings"]["grain"] = "order"
            hints[side.file]["found"]["order_id"] = (head, "the items' orders stand here, each once")
        return
    for role, table in SIDE_TABLES.items():
        if (
            side_table is not None
            and side_table != table
            and side_table in SIDE_TABLES.values()
            and side.file not in hints
        ):
            continue
        at = roles.get(role)
        if at is None or lines.profiles[at]["distinct"] < 2:
            continue
        best: tuple[float, int, int] | None = None
        for key in keys:
            is_named = _match(SYNONYMS[table][role], side.words[key]) is not None
            is_telling = side.profiles[key]["longest"] >= 4 and lines.profiles[at]["distinct"] >= 3
            if not is_named and not is_telling:
                continue
            share, values = share_found(lines.rows[str(at)], side.rows[str(key)])
            if share >= SHARED and (best is None or share > best[0]):
                best = (share, values, key)
        if best is None:
            continue
        share, values, key = best
        link = Link(lines.file, lines.header[at], role, side.file, side.header[key], share, values)
        links.append(link)
        if lines.file in hints:
            hints[lines.file]["found"][role] = (at, link.words)
            hints[lines.file]["notes"].append(f"{table} are in {side.file}: {link.words}")
        if side.file in hints:
            hints[side.file]["found"][role] = (key, f"the {_quoted(lines.header[at])} of {lines.file} stand here")
            hints[side.file]["table"] = table
            hints[side.file]["notes"].append(
                f"side table of {lines.file}: {link.words.replace(side.file, 'this file')}"
            )
        has_price = any(_match(PRODUCT_PRICE, word) for word in side.words) or "list_price" in side_roles
        if table == "products" and has_price and not set(PRICES) & set(roles) and lines.file in hints:
            hints[lines.file]["settings"]["prices"] = "products"
            hints[lines.file]["notes"].append(f"no amounts here: prices are taken from {side.file}")
        return


PRODUCT_PRICE = SYNONYMS["products"]["list_price"]
